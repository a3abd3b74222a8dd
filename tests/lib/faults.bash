# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Faults, and traffic that has to survive them.

# A file that uses this calls it at the end of its own teardown. Guests that a
# test pauses or kills are named in HURT first: they run afterwards, also when
# the test fails half-way.
faults_teardown()
{
	local g

	traffic_stop
	if [ -z "${BATS_TEST_COMPLETED:-}" ]; then
		for g in ${HURT:-}; do
			wake_up "$g" >/dev/null 2>&1 || true
			guest_ensure "$g"
		done
	fi
	HURT=
	bed_teardown
}

# stand_still and wake_up NAME: pause a guest and let it go on. A PV kernel's
# clock goes on meanwhile: to its watchdogs a long pause is a task that hangs.
stand_still()
{
	on "$1" 'echo 1 >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress
		echo 0 >/proc/sys/kernel/watchdog'
	guest_pause "$1"
}

wake_up()
{
	guest_unpause "$1"
	# What RCU waited for meanwhile has to end first.
	timeout 60 "$BED" exec "$1" 'sleep 3
		echo 1 >/proc/sys/kernel/watchdog
		echo 0 >/sys/module/rcupdate/parameters/rcu_cpu_stall_suppress' 3>&- 4>&- </dev/null
}

guest_is_gone() # NAME
{
	! "$BED" guest domid "$1"
}

# traffic_start FROM TO ADDRESS: TCP both ways between two domains, paced, and a ping
# in between, until traffic_stop. TO has ADDRESS.
traffic_start()
{
	TRAFFIC="$1 $2"
	on "$2" 'iperf3 -s -D -p 5201'
	on "$1" "setsid iperf3 -c $3 -p 5201 -t 3600 -i 0.2 --bidir -b 8M --forceflush >/tmp/tcp.log 2>&1 </dev/null &
		setsid ping -q -i 0.05 -s 1000 $3 >/dev/null 2>&1 </dev/null &"
	traffic_goes_on
}

traffic_stop()
{
	local d

	for d in ${TRAFFIC:-}; do
		timeout 20 "$BED" exec "$d" killall -q -9 iperf3 ping \
			>/dev/null 2>&1 3>&- 4>&- </dev/null || true
	done
	TRAFFIC=
}

# The same connection as ever carries data in both directions: iperf3 tells of
# a few more intervals in which something was sent, and received.
traffic_goes_on()
{
	on "${TRAFFIC% *}" 'moved() {
			grep -F "[$1-C]" /tmp/tcp.log | grep -vc " 0.00 Bytes"
		}
		tx=$(($(moved TX) + 3)) rx=$(($(moved RX) + 3))
		for i in $(seq 600); do
			sleep 0.2
			[ "$(moved TX)" -lt $tx ] || [ "$(moved RX)" -lt $rx ] || exit 0
		done
		tail -n 20 /tmp/tcp.log
		exit 1'
}

# transfer FROM TO ADDRESS: fresh connections work, both ways.
transfer()
{
	on "$2" 'iperf3 -s -1 -D -p 5203'
	on "$1" "ping -q -c 2 -i 0.2 -W 5 $3 && timeout 60 iperf3 -c $3 -p 5203 -n 1M --bidir"
}

link_state() # DOM DEVICE
{
	on "$1" "ip -d link show $2" | sed -n 's/^ *argonet .*state \([a-z]*\) .*/\1/p'
}

in_state() # STATE DOM DEVICE
{
	[ "$(link_state "$2" "$3")" = "$1" ]
}

# How often carrier went off and on, for "has not even blinked".
carrier_changes() # DOM DEVICE
{
	on "$1" "cat /sys/class/net/$2/carrier_changes"
}

# rings DOM: port and partner of every ring argo-core has registered.
rings()
{
	on "$1" "sed 1d /sys/kernel/debug/argo/rings | cut -d' ' -f1,2"
}

# Lines of a domain's kernel, or of Xen, that match since the test began.
said() # DOM|xen REGEX
{
	local f=$LOG/console-$1.log

	log_flush
	case $1 in dom0|xen) f=$LOG/xen.log;; esac
	log_new "$f" | grep -aE "$2"
}

# What Xen complains about when asked for a ring that is not there
# shellcheck disable=SC2034 # used by the files that load this
XEN_ARGO='^\(XEN\).*[Aa]rgo'

# refuse DOM: reads lines "COMMAND => TEXT"; each command has to fail there
# with a message that has the text in it. All are run with one call.
refuse()
{
	local cmd want got rc n=0 bad=0 table

	table=$(grep ' => ')
	{
		echo 'try() { out=$(eval "$1" 2>&1); echo "$? $(echo $out)"; }'
		while IFS= read -r cmd; do
			printf 'try %q\n' "${cmd% => *}"
		done <<<"$table"
	} >"$BATS_TEST_TMPDIR/refuse"
	on_script "$1" "$BATS_TEST_TMPDIR/refuse" >"$BATS_TEST_TMPDIR/refused"
	exec 7<"$BATS_TEST_TMPDIR/refused"
	while IFS= read -r cmd; do
		want=${cmd##* => }
		cmd=${cmd% => *}
		n=$((n + 1))
		IFS=' ' read -r -u 7 rc got || true
		if [ "$rc" = 0 ] || [[ $got != *"$want"* ]]; then
			printf '%s\n  wanted: %s\n  got:    (%s) %s\n' "$cmd" "$want" "$rc" "$got"
			bad=1
		fi
	done <<<"$table"
	exec 7<&-
	[ "$n" -gt 0 ] && [ "$bad" = 0 ]
}

# test_modules: build tests/modules for the bed's kernel; prints the folder.
test_modules()
{
	local out=$BUILD/test-modules/$KERNEL

	mkdir -p "$out"
	(
		flock 8
		rsync -rc "$TOP/tests/modules/" "$out/"
		# kbuild does not notice that argo-core's symbols changed
		rm -f "$out"/*.ko "$out"/*.mod.c "$out/Module.symvers"
		make -C "$out" KDIR="$BUILD/kernel/$KERNEL/kdir" TOP="$TOP" \
			CORE="$BUILD/modules/$KERNEL/src" >"$out/build.log" 2>&1
	) 8>"$out/lock" || { cat "$out/build.log" >&2; return 1; }
	echo "$out"
}

# lose_ring DOM PARTNER PORT: Xen forgets a ring; argo-core is not told.
lose_ring()
{
	"$BED" put "$1" "$BUILD/test-modules/$KERNEL/argo-poke.ko"
	on "$1" "insmod /tmp/argo-poke.ko partner=$2 port=$3 && rmmod argo_poke"
}
