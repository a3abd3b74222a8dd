#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack Debian's kernel and its headers for KERNEL= below build/kernel/.
# Afterwards build/kernel/$KERNEL/{version,root,headers} exist; modules are
# built against build/kernel/$KERNEL/kdir. Kernels for tests are built instead.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

want_image=1
[ "${1:-}" != --headers-only ] || want_image=

[ ! -e "$TOP/scripts/linux/$KERNEL.config" ] ||
	exec "$TOP/scripts/build-linux.sh" "$KERNEL"

dir=$BUILD/kernel/$KERNEL
only_one "kernel-$KERNEL"

case $KERNEL in
6.1)	meta=linux-image-amd64;;
*)	meta=linux-image-$KERNEL-amd64;;
esac

if [ ! -e "$dir/version" ]; then
	apt_lists
	image=$(private_apt apt-cache depends "$meta" |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }')
	[ -n "$image" ] || die "the archive has no $meta"
	mkdir -p "$dir"
	echo "${image#linux-image-}" >"$dir/version"
fi
kver=$(cat "$dir/version")

if [ -n "$want_image" ] && [ ! -e "$dir/root.done" ]; then
	step "fetching kernel $kver"
	logged "fetch-kernel-$KERNEL" apt_only "kernel-$KERNEL" "linux-image-$kver"
	rm -rf "$dir/root"
	logged "unpack-kernel-$KERNEL" unpack_set "kernel-$KERNEL" "$dir/root"
	depmod -b "$dir/root" "$kver"
	touch "$dir/root.done"
fi

[ ! -e "$dir/headers.done" ] || exit 0

step "fetching headers for kernel $kver"
names() # headers package, the common one, kbuild: by what they depend on
{
	private_apt apt-cache depends "linux-headers-$kver" |
		awk '$1 == "Depends:" && $2 ~ /^linux-(headers-.*-common|kbuild-)/ { print $2 }'
}
mapfile -t more < <(names)
[ ${#more[@]} -eq 2 ] || die "unexpected dependencies of linux-headers-$kver: ${more[*]}"
logged "fetch-headers-$KERNEL" apt_only "headers-$KERNEL" "linux-headers-$kver" "${more[@]}"
rm -rf "$dir/headers"
logged "unpack-headers-$KERNEL" unpack_set "headers-$KERNEL" "$dir/headers"

# The packages name each other by absolute paths: point them to this tree.
src=$dir/headers/usr/src
grep -rlE --include=Makefile --include='*.mk' --include=.kernelvariables \
	'/usr/(src|lib)/linux-' "$src/linux-headers-$kver" "$src"/*-common/Makefile 2>/dev/null |
	while read -r f; do
		sed -i -E "s,(^|[^[:alnum:]_./-])/usr/(src|lib)/linux-,\1$dir/headers/usr/\2/linux-,g" "$f"
	done
find "$dir/headers" -type l -lname '/usr/*' | while read -r l; do
	ln -sfn "$dir/headers$(readlink "$l")" "$l"
done
ln -sfn "headers/usr/src/linux-headers-$kver" "$dir/kdir"
touch "$dir/headers.done"
