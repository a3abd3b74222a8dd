#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make shell": a prompt in a domain of the running bed, which is booted
# first if there is none, and goes on running.

. "$(dirname "$0")/lib/common.sh"
. "$TOP/scripts/lib/bed.sh"

if ! bed_running; then
	"$TOP/scripts/setup.sh"
	"$TOP/scripts/bed" up
	step "the bed stays up; end it with 'scripts/bed down'"
fi
exec "$TOP/scripts/bed" shell "$1"
