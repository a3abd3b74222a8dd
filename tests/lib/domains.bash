# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Doing things in domains.

# All guests of this run.
guests()
{
	seq -f 'g%g' "$STARTED"
}

# on DOM COMMAND...: run it there. Output, errors and status are the command's.
# Everything is also written to the test's log.
on()
{
	local dom=$1 rc=0 log dir

	shift
	[ ! -e "$RUN/failed" ] || { echo "the bed died: $(cat "$RUN/failed")" >&2; return 255; }
	log=$(test_log)
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/on.XXXXXX")
	bed_ssh "$dom" -T -- "$@" </dev/null >"$dir/out" 2>"$dir/err" 3>&- 4>&- || rc=$?
	cat "$dir/out"
	cat "$dir/err" >&2
	{
		printf '%s %s# %s\n' "$(date +%T)" "$dom" "$*"
		sed 's/^/    /' "$dir/out"
		sed 's/^/ !  /' "$dir/err"
		[ "$rc" -eq 0 ] || echo "    (exit status $rc)"
	} >>"$log"
	rm -rf "$dir"
	return "$rc"
}

# answers DOM [SECONDS]: does it run commands? The shared connection holds a
# command's output open until it ends, so no pipe may be among its files.
answers()
{
	timeout "$((${2:-10} * BED_SLOW))" "$BED" exec "$1" true \
		>/dev/null 2>&1 </dev/null 3>&- 4>&-
}

dom()
{
	on "$@"
}

# on_script DOM FILE [ARGUMENTS...]: run a script of this machine's there.
on_script()
{
	local dom=$1 file=$2

	shift 2
	"$BED" put "$dom" "$file" /tmp/script
	on "$dom" bash /tmp/script "$@"
}

test_log()
{
	mkdir -p "$BED_LOG/tests"
	echo "$BED_LOG/tests/$(basename "$BATS_TEST_FILENAME" .bats)-${BATS_TEST_NUMBER:-0}.log"
}

note()
{
	printf '%s note: %s\n' "$(date +%T)" "$*" >>"$(test_log)"
}

guest() # VERB NAME
{
	note "guest $*"
	rm -f "$BATS_RUN_TMPDIR/domid-$2"
	"$BED" guest "$@" 3>&- 4>&-
}

guest_create()	{ guest create "$1"; }
guest_destroy()	{ guest destroy "$1"; }
guest_pause()	{ guest pause "$1"; }
guest_unpause()	{ guest unpause "$1"; }
guest_save()	{ guest save "$1"; }
guest_restore()	{ guest restore "$1"; }

# domid DOM. Asking xl takes long, hence only after what may have changed it.
domid()
{
	local file=$BATS_RUN_TMPDIR/domid-$1

	[ "$1" != dom0 ] || { echo 0; return; }
	[ -s "$file" ] || "$BED" guest domid "$1" >"$file" || return
	cat "$file"
}

# guest_ensure NAME...: have these guests running, whatever a test did before.
guest_ensure()
{
	local g

	for g; do
		"$BED" guest domid "$g" >/dev/null 2>&1 || guest create "$g"
	done
}

# retry_until SECONDS COMMAND...: until it succeeds; scaled with the bed.
retry_until()
{
	local end=$((SECONDS + $1 * BED_SLOW))

	shift
	until "$@" >/dev/null 2>&1; do
		if [ -e "$RUN/failed" ] || [ "$SECONDS" -ge "$end" ]; then
			# once more, and its output is shown
			"$@" && return
			echo "gave up waiting for: $*"
			return 1
		fi
		sleep 0.1
	done
}

# netfront_up: addresses 10.78.0.1, .2, ... on the guests' ordinary network.
netfront_up()
{
	local g

	for g in $(guests); do
		on "$g" "ip addr replace 10.78.0.${g#g}/24 dev net0; ip link set net0 up"
	done
	retry_until 10 on g1 'ping -q -c 1 -W 1 10.78.0.254'
}
