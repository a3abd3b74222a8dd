# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Pieces for making initramfs layers out of unpacked packages.

# Where programs, libraries and their search path come from.
TREES=("$BUILD/toolstack" "$BUILD/tools")
LIBDIRS=(usr/lib/x86_64-linux-gnu usr/lib usr/lib64)

find_lib()
{
	local tree d

	for tree in "${TREES[@]}"; do
		for d in "${LIBDIRS[@]}"; do
			[ ! -e "$tree/$d/$1" ] || { echo "$tree $d/$1"; return; }
		done
	done
	return 1
}

# add_libs STAGE BINARY: copy the libraries that a binary needs, and theirs.
add_libs()
{
	local stage=$1 lib tree path

	readelf -d "$2" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
	while read -r lib; do
		read -r tree path < <(find_lib "$lib") ||
			die "library $lib, needed by $2, is in no package"
		[ ! -e "$stage/$path" ] || continue
		install -D -m 755 "$tree/$path" "$stage/$path"
		add_libs "$stage" "$tree/$path"
	done
}

# add_file STAGE PATH [NEW-PATH]: copy a program with its libraries.
add_program()
{
	local stage=$1 path=$2 dest=${3:-$2} tree

	for tree in "${TREES[@]}"; do
		[ -e "$tree/$path" ] || continue
		rm -f "${stage:?}/$dest"
		install -D -m 755 "$tree/$path" "$stage/$dest"
		add_libs "$stage" "$tree/$path"
		return
	done
	die "$path is in no package"
}

# add_modules STAGE MODULE...: copy kernel modules and those they depend on. In
# kernels for tests everything is built in, and build-linux.sh looked at it.
add_modules()
{
	local stage=$1 root=$BUILD/kernel/$KERNEL/root kver mod file

	shift
	kver=$(cat "$BUILD/kernel/$KERNEL/version")
	for mod in "$@"; do
		modprobe -d "$root" -S "$kver" --show-depends "$mod" ||
			[ -e "$TOP/scripts/linux/$KERNEL.config" ] ||
			die "kernel $kver has no module $mod"
	done | awk '$1 == "insmod" { print $2 }' | sort -u |
	while read -r file; do
		file=/usr/lib/modules/${file#*/lib/modules/}
		install -D -m 644 "$root$file" "$stage$file"
	done
	for file in modules.builtin modules.builtin.modinfo modules.order; do
		file=usr/lib/modules/$kver/$file
		[ ! -e "$root/$file" ] || install -D -m 644 "$root/$file" "$stage/$file"
	done
	depmod -b "$stage" "$kver"
}

# pack STAGE FILE: make an initramfs layer. Layers may simply be joined. The
# same files give the same layer.
pack()
{
	find "$1" -exec touch -h -d @0 {} +
	(cd "$1" && find . -mindepth 1 | LC_ALL=C sort |
		cpio --quiet -o -H newc -R 0:0 --reproducible) >"$2.tmp"
	mv "$2.tmp" "$2"
}
