#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build a small kernel for tests out of Debian's linux-source-6.1.
#
#   build-linux.sh FLAVOUR	one of scripts/linux/*.config, on top of base.config
#
# Afterwards build/kernel/FLAVOUR is laid out as fetch-kernel.sh lays out
# Debian's kernels: version, root, and kdir to build modules against.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

here=$TOP/scripts/linux
flavour=${1:-}
if [ "$flavour" = base ] || [ ! -e "$here/$flavour.config" ]; then
	die "usage: build-linux.sh FLAVOUR, see $here"
fi

linux=$BUILD/linux
src=$linux/src
out=$linux/$flavour
dir=$BUILD/kernel/$flavour

# Words for make that go with a flavour. KCSAN takes a sample of all accesses
# that were compiled for it: let that be the modules', built later, alone.
words=()
[ "$flavour" != kcsan ] || words=(KCSAN_SANITIZE=n)

fetch()
{
	local deb

	rm -rf "$src" "$APT/sets/linux-source"
	apt_only linux-source linux-source-6.1
	deb=("$APT"/sets/linux-source/linux-source-6.1_*.deb)
	mkdir -p "$src"
	dpkg-deb --fsys-tarfile "${deb[0]}" |
		tar -xO ./usr/src/linux-source-6.1.tar.xz |
		xz -dcT0 | tar -x -C "$src" --strip-components=1
	rm -rf "$APT/sets/linux-source"
	# Later kernels do without this restriction: the unwinder is reliable now.
	sed -i '/^config FAULT_INJECTION_STACKTRACE_FILTER/,/^config /{/depends on !X86_64/d}' \
		"$src/lib/Kconfig.debug"
	# Only drivers of the tree can select it, ours is built apart.
	sed -i '/^config PAGE_POOL$/,/^config /s/^\tbool$/\tbool "page pools"/' "$src/net/Kconfig"
	basename "${deb[0]}" >"$src/.fetched"
}

# One source for all flavours.
source_tree()
{
	only_one linux-src
	[ ! -e "$src/.fetched" ] || return 0
	step "fetching the source of Linux 6.1"
	logged fetch-linux fetch
}

kbuild()
{
	# no time and no counter in the version: the same is built from the same
	make -C "$src" O="$out" -j"$(nproc)" LOCALVERSION= \
		KBUILD_BUILD_TIMESTAMP='Thu Jan  1 00:00:00 UTC 1970' \
		KBUILD_BUILD_VERSION=1 KBUILD_BUILD_USER=argo KBUILD_BUILD_HOST=argo \
		"${words[@]}" "$@"
}

# Kconfig drops without a word what lacks a dependency.
missing()
{
	grep -hE '^(CONFIG_|# CONFIG_.* is not set)' "$out/fragment" |
	while read -r line; do
		grep -qxF "$line" "$out/.config" || echo "$line"
	done
}

configure()
{
	mkdir -p "$out"
	{
		cat "$here/base.config" "$here/$flavour.config"
		echo "CONFIG_LOCALVERSION=\"-$flavour\""
	} >"$out/fragment"
	kbuild KCONFIG_ALLCONFIG="$out/fragment" allnoconfig
	lost=$(missing)
	[ -z "$lost" ] || { echo "not in the configuration:"; echo "$lost"; return 1; }
}

build()
{
	local kver boot=$dir/root/boot

	kbuild bzImage modules
	kver=$(cat "$out/include/config/kernel.release")
	rm -rf "$dir"
	mkdir -p "$boot"
	kbuild INSTALL_MOD_PATH="$dir/root/usr" modules_install
	ln -s usr/lib "$dir/root/lib"
	cp "$out/arch/x86/boot/bzImage" "$boot/vmlinuz-$kver"
	cp "$out/.config" "$boot/config-$kver"
	ln -s "$out" "$dir/kdir"
	echo "$kver" >"$dir/version"
}

source_tree
only_one "linux-$flavour"
key=$(cat "$0" "$here/base.config" "$here/$flavour.config" "$src/.fetched" | sha256sum)
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0

step "building Linux, flavour $flavour"
rm -f "$out/key"
logged "configure-linux-$flavour" configure
logged "build-linux-$flavour" build
step "built Linux $(cat "$dir/version")"
printf '%s\n' "$key" >"$out/key"
