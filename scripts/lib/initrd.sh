#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Join the layers into the initramfs of a guest and of dom0, which carries the
# guest's kernel and initramfs inside: DIR/guest.img and DIR/dom0.img. More
# layers may be named, for all domains.

. "$(dirname "$0")/common.sh"
. "$TOP/scripts/lib/image.sh"

dir=$1
shift
images=$BUILD/image/$KERNEL
layers=("$images/common.cpio")
argo=$BUILD/modules/$KERNEL/layer.cpio
[ ! -e "$argo" ] || layers+=("$argo")
layers+=("$@")

cat "${layers[@]}" >"$dir/guest.img"
mkdir -p "$dir/stage/boot"
ln "$dir/guest.img" "$dir/stage/boot/guest.img"
ln "$images/vmlinux" "$dir/stage/boot/vmlinux"
pack "$dir/stage" "$dir/boot.cpio"
cat "${layers[@]}" "$images/dom0.cpio" "$dir/boot.cpio" >"$dir/dom0.img"
rm -rf "$dir/stage" "$dir/boot.cpio"
