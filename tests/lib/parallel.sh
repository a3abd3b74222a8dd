# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Several things at the same time that each print TAP.

# in_parallel JOBS COMMAND ARGUMENT...: the command for each argument, so many at
# the same time, but its output as if one came after the other
in_parallel()
{
	local jobs=$1 command=$2 arg out n=0

	shift 2
	if [ $# = 1 ]; then
		"$command" "$1"
		return
	fi
	out=$(mktemp -d)
	for arg; do
		[ "$n" -lt "$jobs" ] || wait -n || true
		n=$((n + 1))
		"$command" "$arg" >"$out/$n" &
	done
	wait || true
	for n in $(seq "$n"); do
		cat "$out/$n"
	done
	rm -rf "$out"
}
