#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the hypervisor with Argo from Debian's source package, as
# build/xen/$XEN/xen (what QEMU boots) and xen-syms (for addresses in traces).

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

out=$BUILD/xen/$XEN
only_one "xen-$XEN"
[ ! -e "$out/done" ] || exit 0

fetch()
{
	apt_lists
	mkdir -p "$BUILD/src"
	cd "$BUILD/src"
	private_apt apt-get source --download-only "xen=$XEN_VERSION"
}

unpack()
{
	rm -rf "$out"
	mkdir -p "$out"
	dpkg-source --no-check -x "$BUILD/src/xen_$XEN_VERSION.dsc" "$out/src"
}

options()
{
	local o

	for o in EXPERT UNSUPPORTED ARGO XSM XSM_FLASK XSM_SILO; do
		echo "CONFIG_$o=y"
	done
	if [ "$XEN" = debug ]; then
		echo "CONFIG_DEBUG=y"
	else
		echo "# CONFIG_DEBUG is not set"
	fi
}

build()
{
	cd "$out/src/xen"
	make XEN_TARGET_ARCH=x86_64 defconfig
	options >>.config
	make XEN_TARGET_ARCH=x86_64 olddefconfig
	grep -qx CONFIG_ARGO=y .config
	make -j"$(nproc)" XEN_TARGET_ARCH=x86_64
	cp xen xen-syms .config "$out/"
}

step "fetching Xen's source package, version $XEN_VERSION"
logged "fetch-xen" fetch
logged "unpack-xen-$XEN" unpack
step "building Xen with Argo, $XEN flavour (about 90 s)"
logged "build-xen-$XEN" build
rm -rf "$out/src"
touch "$out/done"
