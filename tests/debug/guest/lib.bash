# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Cases: a list of them, running them, what the kernel says meanwhile.

CASE_NAMES=()
CASE_COMMANDS=()
CASE_LIMIT=$((300 * BED_SLOW))
RESULTS=0
FAILED=0
LOG_BAD+='|leaked reference|ODEBUG:|workqueue lockup|turning off the locking'

# try NAME COMMAND...: add a case, unless it is not the first and CASES= leaves
# it out.
try()
{
	[ ${#CASE_NAMES[@]} = 0 ] || [[ $1 =~ ${CASES:-.} ]] || return 0
	CASE_NAMES+=("$1")
	shift
	CASE_COMMANDS+=("$(printf '%q ' "$@")")
}

# result "ok"|"not ok" NAME
result()
{
	RESULTS=$((RESULTS + 1))
	[ "$1" = ok ] || FAILED=$((FAILED + 1))
	echo "$1 $RESULTS - $FLAVOUR: $2"
}

# complaints: what the kernel said since the last look, which is in /tmp/dmesg
# afterwards, and should not have
complaints()
{
	dmesg -c >/tmp/dmesg
	grep -aE "$LOG_BAD" /tmp/dmesg | grep -avEf /tmp/allowed | head -n 20
}

# A case that takes too long tells where everybody is, and ends.
watch_case() # PID
{
	sleep "$CASE_LIMIT"
	{
		echo "not done after $CASE_LIMIT s"
		top -b -n 1 | head -n 15
	} >>/tmp/case.log
	echo lw | while read -rn 1 key; do
		echo "$key" >/proc/sysrq-trigger
	done
	kill -9 "$1"
}

# Never to be called where the shell ignores errors, as in a condition: the
# command would be taken as done, whatever of it failed.
run_case() # NAME COMMAND
{
	local name=$1 rc bad start=$SECONDS dog pid

	echo "<5>debug: $name" >/dev/kmsg
	: >/tmp/allowed
	# the same chance, whichever cases came before
	[ ! -e "$FAKE/seed" ] || fake seed "$SEED"
	(set -e; RANDOM=$SEED; eval "$2") >/tmp/case.log 2>&1 </dev/null &
	pid=$!
	watch_case $pid >/dev/null 2>&1 &
	dog=$!
	wait $pid
	rc=$?
	kill $dog
	wait $dog 2>/dev/null
	bad=$(complaints)
	if [ "$rc" -eq 0 ] && [ -z "$bad" ]; then
		result ok "$name # $((SECONDS - start)) s"
		return 0
	fi
	result 'not ok' "$name # $((SECONDS - start)) s"
	tail -n 12 /tmp/case.log | sed 's/^/#   /'
	[ -z "$bad" ] || echo "#   kernel: ${bad//$'\n'/$'\n#   kernel: '}"
	echo "<5>debug: that failed" >/dev/kmsg
	(after_failure) >/tmp/after.log 2>&1 ||
		tail -n 12 /tmp/after.log | sed 's/^/#   beginning anew: /'
}

run_cases()
{
	local i

	dmesg -c >/dev/null
	for i in "${!CASE_NAMES[@]}"; do
		run_case "${CASE_NAMES[i]}" "${CASE_COMMANDS[i]}"
	done
}

# allow REGEX: the kernel may say this during the case, which provokes it.
allow()
{
	echo "$1" >>/tmp/allowed
}

# retry SECONDS COMMAND...: until it succeeds.
retry()
{
	local end=$((SECONDS + $1 * BED_SLOW))

	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -ge "$end" ]; then
			echo "gave up waiting for: $*"
			"$@"
			return 1
		fi
		sleep 0.1
	done
}
