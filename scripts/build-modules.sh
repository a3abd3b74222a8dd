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

build()
{
	make -j"$(nproc)" -C "$BUILD/kernel/$KERNEL/kdir" M="$out/src" W=1 modules
	make -C "$TOP/tools/iproute2" O="$out/iproute2"
}

layer()
{
	local s=$out/stage ko

	rm -rf "$s"
	find "$out/src" -name '*.ko' | while read -r ko; do
		install -D -m 644 "$ko" "$s/usr/lib/modules/$kver/extra/${ko##*/}"
	done
	install -D -m 755 "$out/iproute2/link_argonet.so" \
		"$s/usr/lib/x86_64-linux-gnu/ip/link_argonet.so"
	pack "$s" "$out/layer.cpio"
	rm -rf "$s"
}

step "building the modules for kernel $kver"
mkdir -p "$out/src"
# -c: only what differs is copied, so that only what changed is compiled
rsync -rc --delete --exclude-from="$TOP/.gitignore" \
	--filter='P *.o' --filter='P *.ko' --filter='P *.mod*' --filter='P .*.cmd' \
	--filter='P Module.symvers' --filter='P modules.order' \
	"$TOP/Kbuild" "$TOP/drivers" "$TOP/include" "$out/src/"
rm -f "$out/layer.cpio"
logged "modules-$KERNEL" build
logged "layer-$KERNEL" layer
