#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the modules and ip's plugin for the domains, in a copy of the sources
# so that no other kernel's objects get mixed in, and make them the small
# layer of the images that changes often.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/image.sh"

out=$BUILD/modules/$KERNEL
kver=$(cat "$BUILD/kernel/$KERNEL/version")
only_one "modules-$KERNEL"

# -c: only what differs is copied, so that only what changed is compiled.
# What a build makes is neither copied nor deleted.
sync_tree()
{
	rsync -rc --delete --exclude-from="$TOP/.gitignore" --exclude='*.order' \
		--exclude='*.symvers' "$@"
}

build()
{
	make -j"$(nproc)" -C "$BUILD/kernel/$KERNEL/kdir" M="$out/src" W=1 modules
	make -C "$TOP/tools/iproute2" O="$out/iproute2"
	[ ! -e "$out/tests/Makefile" ] ||
		make -C "$out/tests" KDIR="$BUILD/kernel/$KERNEL/kdir" \
			TOP="$TOP" CORE="$out/src" modules
}

layer()
{
	local s=$out/stage ko

	rm -rf "$s"
	find "$out/src" "$out/tests" -name "*.ko" | while read -r ko; do
		install -D -m 644 "$ko" "$s/usr/lib/modules/$kver/extra/${ko##*/}"
		strip --strip-debug "$s/usr/lib/modules/$kver/extra/${ko##*/}"
	done
	install -D -m 755 "$out/iproute2/link_argonet.so" \
		"$s/usr/lib/x86_64-linux-gnu/ip/link_argonet.so"
	pack "$s" "$out/layer.cpio"
	rm -rf "$s"
}

step "building the modules for kernel $kver"
mkdir -p "$out/src" "$out/tests"
sync_tree "$TOP/Kbuild" "$TOP/drivers" "$TOP/include" "$out/src/"
[ ! -d "$TOP/tests/modules" ] || sync_tree "$TOP/tests/modules/" "$out/tests/"
rm -f "$out/layer.cpio"
logged "modules-$KERNEL" build
logged "layer-$KERNEL" layer
