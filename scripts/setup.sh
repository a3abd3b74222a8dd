#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Everything the bed needs before it can boot. What is there already is not
# made again.

. "$(dirname "$0")/lib/common.sh"
here=$TOP/scripts

"$here/host-packages.sh"
"$here/fetch-kernel.sh"
"$here/build-xen.sh" &
xen=$!
"$here/fetch-tools.sh"
"$here/build-image.sh"
"$here/build-modules.sh"
wait "$xen" || die "Xen was not built, see above"
