#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Run the unit tests of user space and the plugin's own test, each as one line of
# TAP, or as the TAP they print.

. "$(dirname "$0")/../../scripts/lib/common.sh"

log=${BED_LOG:-$BUILDLOGS}
one() # NAME FOLDER
{
	local out=$log/$1.log rc=0

	if [ ! -e "$TOP/$2/Makefile" ]; then
		printf '1..1\nok 1 %s # skip not there\n' "$1"
		return
	fi
	step "running $1"
	make -C "$TOP/$2" O="$BUILD/unit/$1" check >"$out" 2>&1 || rc=$?
	if [ "$rc" -eq 0 ] && grep -q '^1\.\.[0-9]' "$out"; then
		grep -E '^(1\.\.[0-9]|ok |not ok )' "$out"
	elif [ "$rc" -eq 0 ]; then
		printf '1..1\nok 1 %s\n' "$1"
	else
		printf '1..1\nnot ok 1 %s\n' "$1"
		grep '^not ok' "$out" | sed 's/^/# /' || true
		tail -n 25 "$out" | sed 's/^/# /'
		echo "# log: $out"
	fi
}

one unit tests/unit
one sim tests/sim
one libargo lib/test
one plugin tools/iproute2
