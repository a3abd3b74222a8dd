#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make clean": remove what was built from this project's own sources. What
# was fetched, Xen and the images stay; "make distclean" removes those, too.

. "$(dirname "$0")/lib/common.sh"

"$TOP/scripts/bed" down
cd "$TOP"
find Kbuild drivers include tests tools \( -name '*.o' -o -name '*.ko' \
	-o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' -o -name '*.so' \
	-o -name modules.order -o -name Module.symvers \) -type f -delete
rm -f modules.order Module.symvers .Module.symvers.cmd .modules.order.cmd
rm -rf "$BUILD/modules" "$BUILD/check" "$BUILD/package" "$BUILD/unit" \
	"$BUILD"/fuzz/{bin,breaks,cover}
