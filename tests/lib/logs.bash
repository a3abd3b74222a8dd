# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# After each test no log may have anything in it that should not be there:
# Xen's, dom0's (in the same file) and every guest's console.
#
# A test that provokes a line on purpose names it in LOG_ALLOW, an extended
# regular expression.

LOG_BAD='BUG:|WARNING:|\bOops\b|Call Trace|general protection fault'
LOG_BAD+='|unable to handle|Kernel panic|kernel BUG at|scheduling while atomic'
LOG_BAD+='|INFO: task .* blocked for more than|INFO: rcu|rcu:.*stall|soft lockup'
LOG_BAD+='|possible (circular|recursive) locking|suspicious RCU usage|inconsistent lock state'
LOG_BAD+='|unreferenced object|kmemleak: [0-9]+ new|KASAN|UBSAN|KCSAN'
LOG_BAD+='|refcount_t:|list_(add|del) corruption|Bad page state|Object .* corrupt'
LOG_BAD+='|unregister_netdevice: waiting for|NETDEV WATCHDOG|page allocation failure'
LOG_BAD+='|segfault at|trap invalid opcode|Objects remaining in'
LOG_BAD+="|Assertion '.*' failed|Xen BUG at|Xen WARN at|Panic on CPU|Xen call trace"

# The emulator's instruction set fails one of Xen's self-tests at boot.
LOG_FINE='^\(XEN\).*(extable|stub) *self-?test'

log_files()
{
	find "$LOG/" -maxdepth 1 \( -name xen.log -o -name 'console-*.log' \) | sort
}

log_begin()
{
	local f

	: >"$BATS_TEST_TMPDIR/log-sizes"
	for f in $(log_files); do
		echo "$f $(stat -L -c %s "$f")" >>"$BATS_TEST_TMPDIR/log-sizes"
	done
}

# What arrived in a log since the test began.
log_new() # FILE
{
	local from

	from=$(awk -v f="$1" '$1 == f { print $2 }' "$BATS_TEST_TMPDIR/log-sizes")
	tail -c "+$((${from:-0} + 1))" "$1" | tr -d '\r'
}

# Consoles reach the logs a moment later. Have every domain that still answers
# run a command, if there is one, and write a mark; wait until all have come.
log_flush() # [COMMAND]
{
	local d mark="bed: mark $BATS_TEST_NUMBER-$RANDOM" f pids=() doms=()

	for d in dom0 $(guests); do
		timeout 60 "$BED" exec "$d" "${1:-}
			echo '<5>$mark $d' >/dev/kmsg" \
			>>"$(test_log)" 2>&1 3>&- 4>&- </dev/null &
		pids+=($!)
		doms+=("$d")
	done
	for d in "${!doms[@]}"; do
		wait "${pids[d]}" || continue
		f=$LOG/console-${doms[d]}.log
		[ "${doms[d]}" != dom0 ] || f=$LOG/xen.log
		for _ in $(seq 50); do
			! tail -c 20000 "$f" | grep -aq "$mark ${doms[d]}" || break
			sleep 0.1
		done
	done
}

log_check() # [COMMAND]
{
	local f found bad=

	log_flush "${1:-}"
	for f in $(log_files); do
		found=$(log_new "$f" | grep -aE "$LOG_BAD" | grep -avE "$LOG_FINE" |
			grep -avE "${LOG_ALLOW:-^$}" | head -n 10) || true
		if [ -n "$found" ]; then
			printf 'in %s:\n    ' "${f##*/}"
			printf '%s\n' "${found//$'\n'/$'\n    '}"
			bad=1
		fi
	done
	[ -z "$bad" ]
}
