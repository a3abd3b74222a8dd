#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# First and only program of the emulated machine: runs the cases one by one,
# prints TAP. What there is to know comes in /debug/env: FLAVOUR, SUITES, SEED,
# CASES, BED_SLOW.

set +o posix
. /debug/env || exit
. /debug/logs.bash
. /debug/lib.bash
. /debug/memory.bash

# The machine may have to wait for its host.
echo 60 >/sys/module/rcupdate/parameters/rcu_cpu_stall_timeout
echo 30 >/proc/sys/kernel/watchdog_thresh
echo 60 >/proc/sys/kernel/hung_task_timeout_secs

fault_injection_begin
echo "# seed: $SEED"
for suite in $SUITES; do
	# who looks for certain cases wants no others
	[ -z "$CASES" ] || [ "$suite" = faults ] || continue
	# shellcheck disable=SC1090
	. "/debug/$suite.bash"
	"run_$suite"
done
# Built in is neither switched on nor looking at the modules.
if [ "$FLAVOUR" = kcsan ]; then
	watched=$(awk '/^setup_watchpoints:/ { print $2 }' /sys/kernel/debug/kcsan)
	result "$([ "$watched" -gt 1000 ] || echo 'not ')ok" "KCSAN watched $watched accesses"
fi
echo "1..$RESULTS"
# Coverage, if the modules count: GCOV_KERNEL keeps it when they are unloaded.
if [ "$FLAVOUR" = cover ]; then
	cd /sys/kernel/debug/gcov || exit
	find . -name '*.gcda' | while read -r f; do
		mkdir -p "/tmp/gcov/${f%/*}"
		cat "$f" >"/tmp/gcov/$f"
	done
	tar -cz -C /tmp/gcov . | base64 | sed 's/^/gcov: /'
fi
exit $((FAILED > 0))
