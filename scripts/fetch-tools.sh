#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Unpack the programs that run inside the domains: build/tools (everyone's)
# and build/toolstack (dom0's, matching the hypervisor we build).

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

only_one tools

tools=(
	busybox-static bash iproute2 iputils-ping iperf3 ethtool kmod
	dropbear-bin util-linux socat tcpdump coreutils
	# libraries that the toolstack below needs
	libyajl2 libncurses6 libnl-route-3-200 libuuid1 libzstd1 liblzma5
	liblzo2-2 libbz2-1.0 zlib1g libgcc-s1 libgcrypt20
)

toolstack=(
	xen-utils-4.17 libxenmisc4.17 xenstore-utils libxencall1
	libxendevicemodel1 libxenevtchn1 libxenforeignmemory1 libxengnttab1
	libxenhypfs1 libxenstore4 libxentoolcore1 libxentoollog1
)

if [ ! -e "$BUILD/tools.done" ]; then
	step "fetching the programs for the domains"
	logged fetch-tools apt_set tools "${tools[@]}"
	rm -rf "$BUILD/tools"
	logged unpack-tools unpack_set tools "$BUILD/tools"
	touch "$BUILD/tools.done"
fi

if [ ! -e "$BUILD/toolstack.done" ]; then
	step "fetching Xen's toolstack, version $XEN_VERSION"
	logged fetch-toolstack apt_only toolstack "${toolstack[@]/%/=$XEN_VERSION}"
	rm -rf "$BUILD/toolstack"
	logged unpack-toolstack unpack_set toolstack "$BUILD/toolstack"
	touch "$BUILD/toolstack.done"
fi
