#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack the hypervisor as Debian ships it, built without Argo, as
# build/xen/debian/xen. A test wants to see what the modules say there.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

out=$BUILD/xen/debian
only_one xen-debian
[ ! -e "$out/xen" ] || exit 0

step "fetching Debian's own hypervisor"
logged fetch-debian-xen apt_only debian-xen "xen-hypervisor-4.17-amd64=$XEN_VERSION"
rm -rf "$out"
logged unpack-debian-xen unpack_set debian-xen "$out/root"
gzip -dc "$out/root/boot/xen-4.17-amd64.gz" >"$out/xen.new"
mv "$out/xen.new" "$out/xen"
rm -rf "$out/root"
