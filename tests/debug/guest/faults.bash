# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic, what users do to links, and every fault that the fake Xen and the
# kernel can inject. Each case ends with the same connection flowing again.

. /debug/net.bash

first_load()
{
	net_up
	traffic_start
}

# faulty FILE WORDS...: a knob of the fake turned for a while, under load
faulty()
{
	fake "$@"
	load
	sleep 1
	heal
	healthy
}

# fails OP ERRNO: every third time, then always; links flap meanwhile if that
# is when the operation is used
fails()
{
	local op=$1 errno=$2

	[ "$op" != unregister ] || allow 'Xen did not release the ring'
	for how in 'every 3' 'every 1'; do
		fake fail "$op $errno $how"
		case $op in
		*register)	flap a; flap b;;
		esac
		load
	done
	sleep 1
	heal
	healthy
}

flap()
{
	ip -n "$1" link set argo0 down
	ip -n "$1" link set argo0 up
	# the kernel takes IPv6 addresses away with the link
	ip -n "$1" addr replace "fd77::$([ "$1" = a ] && echo 1 || echo 2)/64" dev argo0 nodad
}

flaps()
{
	local i

	for i in 1 2 3 4 5 6; do
		flap "$1"
		[ $((i % 2)) = 0 ] || retry 20 carriers
	done
	healthy
}

flaps_at_once()
{
	local ns pids=()

	for ns in a b; do
		(for _ in 1 2 3 4 5 6; do flap $ns; done) &
		pids+=($!)
	done
	wait "${pids[0]}"
	wait "${pids[1]}"
	healthy
}

pings()
{
	local size

	for size in 0 1 213 1400 9000 60000; do
		in_a ping -q -c 2 -i 0.2 -W 10 -s $size 10.77.0.2
		in_b ping -q -c 2 -i 0.2 -W 10 -s $size fd77::1
	done
}

# iperf OPTIONS...: a test of its own beside the traffic
iperf()
{
	serve 5202
	in_a timeout 60 iperf3 -c 10.77.0.2 -p 5202 --bidir "$@"
}

settings()
{
	local mtu

	echo 1 >/sys/kernel/tracing/events/argo/enable
	for mtu in 576 9000 65521 1500; do
		ip -n a link set argo0 mtu $mtu
		in_b ethtool -S argo0
		in_a ethtool -i argo0
		in_b ethtool -l argo0
		in_a ethtool -g argo0
		in_b ethtool -k argo0
		cat /sys/kernel/debug/argo/rings
		ip -n b -d -s link show argo0
	done
	in_a ethtool -K argo0 tso off rx-gro-hw off
	load
	in_a ethtool -K argo0 tx off rx off
	load
	in_a ethtool -K argo0 tx on rx on tso on rx-gro-hw on
	ip -n b link set argo0 type argonet ring-size 1M
	retry 30 carriers
	ip -n b link set argo0 type argonet ring-size 128K
	echo 0 >/sys/kernel/tracing/events/argo/enable
	ip -n a addr replace fd77::1/64 dev argo0 nodad
	ip -n b addr replace fd77::2/64 dev argo0 nodad
	healthy
}

reload()
{
	for _ in 1 2; do
		modules_unload
		modules_load
		link_add a
		link_add b
		retry 30 carriers
	done
	healthy
}

# The namespace stays as long as something runs in it: so does the connection.
namespace()
{
	ip netns add c
	ip -n c link add argo0 type argonet peer 1 port 0x3000 peer-port 0x4000
	ip -n c link set argo0 up
	ip -n b link add argo1 type argonet peer 1 port 0x4000 peer-port 0x3000
	ip -n c addr add 10.79.0.1/24 dev argo0
	ip -n b addr add 10.79.0.2/24 dev argo1
	ip -n b link set argo1 up
	retry 20 ip netns exec c ping -q -c 1 -W 2 10.79.0.2
	in_b setsid ping -q -i 0.01 -s 3000 10.79.0.1 >/dev/null 2>&1 </dev/null &
	sleep 1
	ip netns del c
	retry 20 sh -c '! ip -n b -br link show argo1 | grep -q LOWER_UP'
	killall -q ping
	ip -n b link del argo1
	healthy
}

corrupt()
{
	local what=$1 port value

	for value in 0 1 15 16 0x7fffffff 0xfffffff0 0xffffffff $((RANDOM * 16)); do
		for port in 0x1000 0x2000 0x2001; do
			fake corrupt $port "$what" $value || true
		done
		sleep 0.2
	done
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

inject() # TYPE PAYLOAD [PORT]: from b to a, or to another port of a
{
	fake inject "${3:-0x1000}" 1 0x2000 "$1" "${2:-0}" || true
}

hostile_types()
{
	local type

	for type in 0 0x414e0100 0x414e0104 0x414e01ff 0x414e0001 0x414e0203 \
			0x414f0103 0xffffffff; do
		for payload in 0 '*1' '*64' '*3000'; do
			inject $type "$payload"
			inject $type "$payload" 0x1001
		done
	done
	load
	healthy
}

hostile_data()
{
	local n

	for n in 0 1 2 9 10 11 12 15 16 17 18 19 20 30 59 60 61 100 1000 20000; do
		for _ in 1 2 3; do
			inject 0x414e0103 "*$n"
			inject 0x414e0103 "*$n" 0x1001
		done
		# length of the frame that is far off, then one that just fits
		inject 0x414e0103 "$(le 4 0xffffffff)$(printf %0$((2 * n + 24))d 0)"
		inject 0x414e0103 "$(le 4 "$n")$(printf %0$((2 * n + 24))d 0)"
	done
	healthy
}

hostile_handshake()
{
	local n kind

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
	(for _ in $(seq 400); do inject 0x414e0101 '*64'; inject 0x414e0103 '*300'; done) &
	load
	healthy
}

# A peer that is born and dies again and again, and never answers
mortal_peer()
{
	ip -n a link add argo5 type argonet peer 5
	ip -n a link set argo5 up
	for _ in 1 2 3; do
		fake domain +5
		sleep 0.5
		fake inject 0x6e657400 5 0x6e657400 0x414e0101 \
			"$(hello 1 0 0 "$RANDOM" 0 65558 100000 1 131008)" || true
		sleep 0.3
		fake domain -5
	done
	ip -n a link del argo5
	healthy
}

# Loading fails as it should and leaves nothing.
load_fails()
{
	local fault=$1

	modules_unload
	! insmod /debug/argo-core.ko fake_fail="$fault" || return 1
	[ ! -e /sys/kernel/debug/argo ] || return 1
	modules_load
	link_add a
	link_add b
	healthy
}

# All that takes memory; whatever of it fails
everything_allocated()
{
	local ns

	load
	for _ in 1 2; do
		flap a
		flap b
		ip -n a link add argo9 type argonet peer 9 port 0x9000 queues 4 &&
			ip -n a link set argo9 up
		ip -n a link del argo9
	done
	for ns in a b; do
		ip -n $ns link set argo0 type argonet ring-size 1M
		ip -n $ns link set argo0 type argonet ring-size 128K
	done
	load
}

# no_memory KNOB MODULE: of the allocations with the module among the callers
# one of three fails.
no_memory()
{
	local knob=/sys/kernel/debug/$1 section=/sys/module/$2/sections/.text
	local start size

	# vmalloc() tells with a trace that it got none, but no BUG or WARNING
	allow 'Call Trace:|page allocation failure'
	start=$(cat "$section")
	size=$(cat "/sys/module/$2/coresize")
	echo N >"$knob/task-filter"
	echo 0 >"$knob/verbose"
	echo N >"$knob/ignore-gfp-wait" 2>/dev/null || true
	[ ! -e "$knob/min-order" ] || echo 0 >"$knob/min-order"
	echo 24 >"$knob/stacktrace-depth"
	echo "$start" >"$knob/require-start"
	printf '%#x\n' $((start + size)) >"$knob/require-end"
	echo 1 >"$knob/interval"
	echo -1 >"$knob/times"
	echo 33 >"$knob/probability"
	everything_allocated || true
	echo 0 >"$knob/probability"
	echo 0 >"$knob/stacktrace-depth"
	flap a
	flap b
	healthy
}

# Everything at once; what happens follows from the seed.
chaos()
{
	local end=$((SECONDS + 10))

	RANDOM=$SEED
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

run_faults()
{
	local errno module

	try 'the links come up and carry traffic' first_load
	try 'pings of every size' pings
	try 'TCP at full speed' iperf -n 3M
	try 'UDP at full speed' iperf -u -b 0 -t 2 -l 1400
	try 'UDP in fragments' iperf -u -b 0 -t 2 -l 60000
	try 'one end flaps' flaps a
	try 'the other end flaps' flaps b
	try 'both ends flap at once' flaps_at_once
	try 'settings change under traffic' settings
	try 'the modules are reloaded under traffic' reload
	try 'a namespace vanishes with its device' namespace

	for errno in EAGAIN:11 EBUSY:16 ENOMEM:12 EMSGSIZE:90 ECONNREFUSED:111 ESRCH:3 \
		EPERM:1 EINVAL:22 EFAULT:14; do
		try "sendv fails with ${errno%:*}" fails sendv "${errno#*:}"
	done
	for errno in EAGAIN:11 ENOMEM:12 EINVAL:22 EFAULT:14; do
		try "notify fails with ${errno%:*}" fails notify "${errno#*:}"
	done
	for errno in EEXIST:17 ENOSPC:28 ENOMEM:12 EPERM:1 EINVAL:22 EAGAIN:11 ECONNREFUSED:111 ESRCH:3; do
		try "register fails with ${errno%:*}" fails register "${errno#*:}"
	done
	try 'unregister fails with EINVAL' fails unregister 22
	try 'loading fails: probe' load_fails 'probe 19'
	try 'loading fails: bind' load_fails 'bind 12'

	try 'half of the VIRQs are lost' faulty virq_lose 50
	try 'all VIRQs are lost' faulty virq_lose 100
	try 'VIRQs are delivered again' faulty virq_dup 5
	try 'VIRQs are late' faulty virq_delay 30
	try 'VIRQs without a reason' faulty spurious 1000
	try 'half of the waits are lost' faulty wait_lose 50
	try 'all waits are lost' faulty wait_lose 100
	try 'one ring vanishes' faulty drop 0x1000
	try 'all rings vanish' faulty drop all
	try 'rx_ptr is corrupted' corrupt rx
	try 'tx_ptr is corrupted' corrupt tx
	try 'lengths of messages are corrupted' corrupt len
	try 'messages of unknown kinds' hostile_types
	try 'hostile DATA' hostile_data
	try 'hostile HELLO and BYE' hostile_handshake
	try 'a flood of nonsense' flood
	try 'a peer that dies and comes back' mortal_peer

	if [ -e /sys/kernel/debug/failslab ]; then
		for module in argonet argo_core; do
			try "failslab in $module" no_memory failslab $module
			try "fail_page_alloc in $module" no_memory fail_page_alloc $module
		done
	fi
	try 'all faults at once' chaos
	try 'nothing is left at the end' quiet_end
	run_cases
}
