# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic, what users do to links, and every fault that the fake Xen and the
# kernel can inject. Each case ends with the same connection flowing again.

. /debug/net.bash
. /debug/users.bash

first_load()
{
	net_up
	traffic_start
}

# struck NAME: the fake did make an operation fail, or a VIRQ or wait be lost
struck()
{
	[ "$(hits "$1")" -gt 0 ] || { echo "$1 never struck"; return 1; }
}

# faulty FILE WORDS...: a knob of the fake turned for a while, under load
faulty()
{
	fake "$@"
	load
	sleep 1
	case $1 in
	virq_*|wait_*)	struck "$1";;
	esac
	heal
	healthy
}

# fails OP ERRNO: every second time, then always; links flap meanwhile if that
# is when the operation is used
fails()
{
	local op=$1 errno=$2 how

	[ "$op" != unregister ] || allow 'Xen did not release the ring'
	for how in 'every 2' 'every 1'; do
		fake fail "$op $errno $how"
		case $op in
		*register)	flap a; flap b;;
		sendv)		flap a;; # HELLO and BYE are refused, too
		esac
		load
		# A link that lost its peer a moment ago keeps its rings away for 2.5 s.
		retry 5 struck "$op"
	done
	sleep 1
	heal
	healthy
}

# corrupt WHAT...: of the next message, or of the ring that it is in. A ring that
# was given up is away for a while.
corrupt()
{
	local what port value done=0

	for value in 0 1 15 16 0x7fffffff 0xfffffff0 0xffffffff $((RANDOM * 16)); do
		for port in 0x1000 0x2000 0x2001; do
			for what; do
				! fake corrupt $port "$what" $value || done=$((done + 1))
			done
		done
		sleep 0.2
	done
	[ $done -gt 8 ]
	load
	healthy
}

# Little-endian words in hex
le() # BYTES VALUE
{
	local i v=$2

	for ((i = 0; i < $1; i++)); do
		printf %02x $((v & 255))
		v=$((v >> 8))
	done
}

# hello VERSION FLAGS FEATURES SESSION PEER_SESSION MAX_FRAME MAX_MESSAGE QUEUES RING
hello()
{
	le 1 "$1"; le 1 "$1"; le 2 "$2"; le 4 "$3"; le 8 "$4"; le 8 "$5"
	le 4 "$6"; le 4 "$7"; le 4 "$8"; le 4 "$9"
	printf %048d 0
}

# A ring may be full, or away.
inject() # TYPE PAYLOAD [PORT]: from b to a, or to another port of a
{
	fake inject "${3:-0x1000}" 1 0x2000 "$1" "${2:-0}" || true
}

# What a dropped, whatever the reason
bad()
{
	in_a ethtool -S argo0 | awk '/_rx_bad_/ { sum += $2 } END { print sum + 0 }'
}

# bad_since NUMBER MESSAGES: so many of those that were sent since arrived
bad_since()
{
	local now

	now=$(bad)
	echo "$((now - $1)) bad messages"
	[ $((now - $1)) -ge "$2" ]
}

hostile_types()
{
	local type before

	before=$(bad)
	for type in 0 0x414e0100 0x414e0104 0x414e01ff 0x414e0001 0x414e0203 \
			0x414f0103 0xffffffff; do
		for payload in 0 '*1' '*64' '*3000'; do
			inject $type "$payload"
			inject $type "$payload" 0x1001
		done
	done
	retry 5 bad_since "$before" 30
	load
	healthy
}

hostile_data()
{
	local n before

	before=$(bad)
	for n in 0 1 2 9 10 11 12 15 16 17 18 19 20 30 59 60 61 100 1000 20000; do
		for _ in 1 2 3; do
			inject 0x414e0103 "*$n"
			inject 0x414e0103 "*$n" 0x1001
		done
		# length of the frame that is far off, then one that just fits
		inject 0x414e0103 "$(le 4 0xffffffff)$(printf %0$((2 * n + 24))d 0)"
		inject 0x414e0103 "$(le 4 "$n")$(printf %0$((2 * n + 24))d 0)"
	done
	retry 5 bad_since "$before" 60
	healthy
}

hostile_handshake()
{
	local n kind before

	before=$(bad)
	for kind in 1 2; do
		for n in 0 1 8 15 16 17 63 64 65 200; do
			inject $((0x414e0100 + kind)) "*$n"
			inject $((0x414e0100 + kind)) "*$n" 0x1001
		done
	done
	inject 0x414e0101 "$(hello 1 0 0 0 0 65558 0xffffff 1 131008)"
	inject 0x414e0101 "$(hello 1 0 0 5 0 0 0 0 0)"
	inject 0x414e0101 "$(hello 1 0 0xffffffff 5 0 0xffffffff 0xffffffff 0xffffffff 0xffffffff)"
	inject 0x414e0101 "$(hello 2 0 0 5 0 65558 100000 2 131008)"
	inject 0x414e0101 "$(hello 1 0xffff 0 5 0 65558 100000 2 131008)"
	retry 5 bad_since "$before" 20
	healthy
	# these are fine, but not the peer's: it seems to restart all the time
	for n in 1 2 3 4 5 6 7 8; do
		inject 0x414e0101 "$(hello 1 $((n & 1)) 0x7 $n 0 $((90 << n)) 100000 $n 131008)"
		inject 0x414e0102 "$(le 8 $n)$(le 8 0)"
	done
	load
	healthy
}

flood()
{
	local before

	before=$(bad)
	(for _ in $(seq 400); do inject 0x414e0101 '*64'; inject 0x414e0103 '*300'; done) &
	load
	wait
	retry 5 bad_since "$before" 200
	healthy
}

# Xen drops the rings of b and takes no new ones for longer than a has patience.
stay_away()
{
	fake fail register 12
	fake drop 0x2000
	fake drop 0x2001
	retry 30 no_carrier a
	heal
	healthy
}

# A peer that is born and dies again and again, and never answers
mortal_peer()
{
	local session

	ip -n a link add argo5 type argonet peer 5 rejoin on
	ip -n a link set argo5 up
	for _ in 1 2 3; do
		fake domain +5
		sleep 0.5
		session=$RANDOM
		retry 10 fake inject 0x6e657400 5 0x6e657400 0x414e0101 \
			"$(hello 1 0 0 $session 0 65558 100000 1 131008)"
		sleep 0.3
		fake domain -5
	done
	ip -n a link del argo5
	healthy
}

# Loading fails as it should and leaves nothing.
load_fails()
{
	local fault=$1 want=$2

	modules_unload
	refuses "$want" insmod /debug/argo-core.ko "fake_fail=\"$fault\""
	[ ! -e /sys/kernel/debug/argo ]
	modules_load
	link_add a
	link_add b
	healthy
}

# The modules go while what a suspend began is still under way: after one that was
# cancelled, and in another place, where there are none of the rings.
resumed_and_unloaded()
{
	local end

	for end in thaw restore; do
		fake power freeze
		load
		[ $end = thaw ] || fake drop all
		fake power $end
		modules_unload
		modules_load
		link_add a
		link_add b
		retry 30 carriers
	done
	healthy
}

# Everything at once; what happens follows from the seed.
chaos()
{
	local end=$((SECONDS + 10))

	while [ $SECONDS -lt $end ]; do
		case $((RANDOM % 12)) in
		0)	fake fail sendv $((RANDOM % 40 + 1)) chance $((RANDOM % 60));;
		1)	fake fail notify $((RANDOM % 40 + 1)) chance $((RANDOM % 60));;
		2)	fake fail register $((RANDOM % 40 + 1)) chance $((RANDOM % 60));;
		3)	echo $((RANDOM % 80)) >"$FAKE/virq_lose";;
		4)	echo $((RANDOM % 20)) >"$FAKE/virq_delay";;
		5)	echo $((RANDOM % 100)) >"$FAKE/wait_lose";;
		6)	fake drop $((0x1000 + RANDOM % 2)) || true;;
		7)	fake drop all || true;;
		8)	fake corrupt $((0x2000 + RANDOM % 2)) rx $((RANDOM * RANDOM)) || true;;
		9)	fake corrupt 0x1000 len $((RANDOM * RANDOM)) || true;;
		10)	inject $((0x414e0100 + RANDOM % 5)) "*$((RANDOM % 3000))";;
		11)	flap a;;
		esac
		[ $((RANDOM % 4)) != 0 ] || load
	done
	heal
	healthy
}

# Everything goes; nothing is left, neither now nor once the modules are gone.
leak_scan()
{
	local leaks=/sys/kernel/debug/kmemleak

	if [ -e $leaks ]; then
		sleep 6 # younger objects are not looked at
		echo scan >$leaks
		echo scan >$leaks
		if grep -q . $leaks; then
			head -n 40 $leaks
			return 1
		fi
	fi
}

quiet_end()
{
	leak_scan
	net_down
	leak_scan
	[ ! -e /sys/kernel/debug/argo ]
	[ ! -e /sys/kernel/debug/argo-fake ]
	[ ! -e /proc/lockdep_stats ] || grep -q 'debug_locks: *1$' /proc/lockdep_stats
}

# For races it does not matter which one.
errors() # NAME:NUMBER...
{
	[ "$FLAVOUR" = kcsan ] && echo "$1" || echo "$*"
}

run_faults()
{
	local errno

	# Of 30 accesses KCSAN watches one. The unit tests before, in which one
	# thread computes, are left at the default of 4000.
	[ "$FLAVOUR" != kcsan ] || echo 30 >/sys/module/kcsan/parameters/skip_watch
	try 'the links come up and carry traffic' first_load
	try 'pings of every size' pings
	try 'TCP at full speed' iperf -n 3M
	try 'UDP at full speed' iperf -u -b 0 -t 2 -l 1400
	try 'UDP in fragments' iperf -u -b 0 -t 2 -l 60000
	try 'TCP from many pages' many_pieces
	try 'a reader that stands still' slow_reader # B49
	try 'one end flaps' flaps a # F7
	try 'the other end flaps' flaps b
	try 'both ends flap at once' flaps_at_once
	try 'settings change under traffic' settings
	try 'ends that differ' unlike_ends # F29
	try 'what is refused' refusals # B60 B62
	try 'the modules are reloaded under traffic' reload # B64 F4 F5
	try 'argo-core stays while argonet uses it' core_stays # F6
	try 'a processor goes and comes back' processor # F25
	try 'more links than rings' many_links # B61 F17
	try 'a namespace vanishes with its device' namespace # F28

	for errno in $(errors EAGAIN:11 EBUSY:16 ENOMEM:12 EMSGSIZE:90 ECONNREFUSED:111 \
		ESRCH:3 EPERM:1 EINVAL:22 EFAULT:14); do
		try "sendv fails with ${errno%:*}" fails sendv "${errno#*:}" # F23
	done
	for errno in $(errors EAGAIN:11 ENOMEM:12 EINVAL:22 EFAULT:14); do
		try "notify fails with ${errno%:*}" fails notify "${errno#*:}"
	done
	for errno in $(errors ENOSPC:28 EEXIST:17 ENOMEM:12 EPERM:1 EINVAL:22 EAGAIN:11 \
		ECONNREFUSED:111 ESRCH:3); do
		try "register fails with ${errno%:*}" fails register "${errno#*:}" # F15 F16 F19
	done
	try 'unregister fails with EINVAL' fails unregister 22
	try 'loading fails: probe' load_fails 'probe 19' 'No such device' # F20
	try 'loading fails: bind' load_fails 'bind 28' 'No space left' # F21

	try 'half of the VIRQs are lost' faulty virq_lose 50 # F22
	try 'all VIRQs are lost' faulty virq_lose 100
	try 'VIRQs are delivered again' faulty virq_dup 5
	try 'VIRQs are late' faulty virq_delay 30
	try 'VIRQs without a reason' faulty spurious 1000 # F22
	try 'half of the waits are lost' faulty wait_lose 50
	try 'all waits are lost' faulty wait_lose 100
	try 'one ring vanishes' faulty drop 0x1000 # F24
	try 'all rings vanish' faulty drop all
	try 'rings vanish and stay away' stay_away
	try 'rx_ptr is corrupted' corrupt rx
	try 'tx_ptr is corrupted' corrupt tx
	try 'lengths of messages are corrupted' corrupt len
	try 'headers of messages are corrupted' corrupt port domid type
	try 'messages of unknown kinds' hostile_types
	try 'hostile DATA' hostile_data
	try 'hostile HELLO and BYE' hostile_handshake
	try 'a flood of nonsense' flood
	try 'the modules go right after a resume' resumed_and_unloaded # F14
	try 'a peer that dies and comes back' mortal_peer # B55 F1

	# none of this is about races
	[ "$FLAVOUR" = kcsan ] || memory_cases
	try 'all faults at once' chaos # F32
	try 'nothing is left at the end' quiet_end
	run_cases
}
