# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What users do to links, and with them.

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

# counter NAMESPACE NAME: of all queues of argo0
counter()
{
	ip netns exec "$1" ethtool -S argo0 |
		awk -v n="_$2:" '$1 ~ n "$" { sum += $2 } END { print sum + 0 }'
}

ring_sizes() # SIZE
{
	local ns

	for ns in a b; do
		ip -n $ns link set argo0 type argonet ring-size "$1"
	done
}

# iperf OPTIONS...: a test of its own beside the traffic
iperf()
{
	serve 5202
	in_a timeout 60 iperf3 -c 10.77.0.2 -p 5202 --bidir "$@"
}

# A file's pages, no two of them neighbours: more pieces than Xen takes. TCP
# would make short packets where it is slow.
many_pieces()
{
	local before bad

	in_a sysctl -q net.ipv4.tcp_min_tso_segs=40
	before=$(counter a tx_bounced)
	bad=$(in_b cat /sys/class/net/argo0/statistics/rx_length_errors)
	in_b /debug/traffic tcp-recv 5003 "$SEED" 1000000 &
	retry 20 listens 5003
	in_a /debug/traffic tcp-pages 10.77.0.2 5003 "$SEED" 1000000
	wait $!
	in_a sysctl -q net.ipv4.tcp_min_tso_segs=2
	[ "$(counter a tx_bounced)" -gt "$before" ]
	[ "$(in_b cat /sys/class/net/argo0/statistics/rx_length_errors)" = "$bad" ]
	healthy
}

# A reader that never reads holds more than the ring; others go on.
slow_reader()
{
	local rmem

	rmem=$(in_b sysctl -n net.ipv4.tcp_rmem)
	ring_sizes 512K
	retry 30 carriers
	in_b sysctl -q net.ipv4.tcp_rmem='4096 4194304 8388608'
	in_b socat -u TCP-LISTEN:5007 EXEC:'tail -f /dev/null' &
	retry 20 listens 5007
	in_a socat -u /dev/zero TCP:10.77.0.2:5007 &
	retry 60 held_unread
	traffic_flows
	killall -q -9 socat tail
	in_b sysctl -q net.ipv4.tcp_rmem="$rmem"
	ring_sizes 128K
	healthy
}

held_unread()
{
	[ "$(in_b ss -Htn state established sport = :5007 |
		awk '{ print $1 }')" -gt 1000000 ]
}

settings()
{
	local mtu

	echo 1 >/sys/kernel/tracing/events/argo/enable
	for mtu in 576 9000 60000 1500; do
		ip -n a link set argo0 mtu $mtu
		in_b ethtool -S argo0
		in_a ethtool -i argo0
		in_b ethtool -l argo0
		in_a ethtool -g argo0
		in_b ethtool -k argo0
		cat /sys/kernel/debug/argo/rings
		ip -n b -d -s link show argo0
		in_b ethtool argo0
	done
	in_a ethtool -K argo0 tso off rx-gro-hw off
	load
	in_a ethtool -K argo0 tx off rx off
	load
	in_a ethtool -K argo0 tx on rx on tso on rx-gro-hw on
	in_a ethtool -C argo0 tx-usecs 0
	load
	in_a ethtool -C argo0 tx-usecs 250
	in_a ethtool -c argo0 | grep -q 'tx-usecs:.250'
	ip -n b link set argo0 type argonet ring-size 1M
	retry 30 carriers
	in_b ethtool -G argo0 rx 8192
	in_b ethtool -g argo0 | grep -q '^RX:.*8192'
	echo 0 >/sys/kernel/tracing/events/argo/enable
	ip -n a addr replace fd77::1/64 dev argo0 nodad
	ip -n b addr replace fd77::2/64 dev argo0 nodad
	healthy
}

# Look at all there is to see, until nobody is /tmp/reading any more.
read_all()
{
	while [ -e /tmp/reading ]; do
		cat /sys/kernel/debug/argo/* "$FAKE/state"
		ip -n a -d -s link
		in_b ethtool -S argo0
		in_b ethtool -k argo0
	done >/dev/null 2>&1
}

# A module whose file is open stays, for that moment.
reload()
{
	touch /tmp/reading
	(set +e; read_all) &
	for _ in 1 2; do
		retry 10 rmmod argonet
		retry 10 rmmod argo-core
		modules_load
		link_add a
		link_add b
		retry 30 carriers
	done
	rm /tmp/reading
	wait $!
	healthy
}

# Only once argonet is gone argo-core goes.
core_stays()
{
	refuses 'in use' rmmod argo-core
	healthy
}

# One of two processors, under load, and while a link is made
processor()
{
	local online=/sys/devices/system/cpu/cpu1/online pid

	for _ in 1 2 3; do
		load &
		pid=$!
		sleep 0.3
		echo 0 >$online
		sleep 0.3
		echo 1 >$online
		wait $pid
	done
	echo 0 >$online
	grep -qx 0 $online
	ip -n b link del argo0
	link_add b
	retry 30 carriers
	load
	echo 1 >$online
	load
	healthy
}

registered() # N
{
	grep -q " $(printf %#x $((0x8000 + $1))) " /sys/kernel/debug/argo/rings
}

# A link for each ring that Xen has for a domain, and one more, which waits
many_links()
{
	local n

	for n in $(seq 0 124); do
		echo "link add many$n type argonet peer 1 port $((0x8000 + n)) ring-size 4K"
		echo "link set many$n up"
	done | ip -n a -batch -
	# two queues at either end have theirs
	retry 10 registered 123
	! registered 124 || return 1
	ip -n a link del many0
	retry 30 registered 124
	for n in $(seq 1 124); do
		echo "link del many$n"
	done | ip -n a -batch -
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

# Ends that differ in what they can: the peer's limits count.
unlike_ends()
{
	local before

	before=$(counter a tx_oversize)
	# the limit of the peer before may hold for up to a second
	retry 5 ip -n a link set argo0 mtu 60000
	ip -n b link del argo0
	link_add b queues 1 ring-size 16K
	retry 30 carriers
	retry 10 wide 1
	answers
	! in_a ping -q -c 1 -W 1 -s 20000 10.77.0.2 || return 1
	[ "$(counter a tx_oversize)" -gt "$before" ]
	ip -n a link set argo0 mtu 1500
	load
	ip -n b link del argo0
	link_add b
	retry 30 wide 2
	healthy
}

wide() # QUEUES: so many are in use at a
{
	[ "$(in_a sh -c 'ls -d /sys/class/net/argo0/queues/tx-*' | wc -l)" = "$1" ]
}

# refuses TEXT COMMAND...: it fails, and says so.
refuses()
{
	local want=$1

	shift
	! "$@" >/tmp/refused 2>&1 || { echo "not refused: $*"; return 1; }
	grep -qF "$want" /tmp/refused || { echo "$*: no '$want':"; cat /tmp/refused; return 1; }
}

refusals()
{
	local add=(ip -n a link add argo9 type argonet)

	refuses 'peer is no domain' "${add[@]}" peer 32752
	refuses 'ring size must be' "${add[@]}" ring-size 1K
	refuses 'ring size must be' "${add[@]}" ring-size 17M
	refuses '1 to 16 queues' "${add[@]}" queues 17
	refuses 'port too large' "${add[@]}" port 0xffffffff
	refuses 'port too large' "${add[@]}" peer-port 0xfffffff8
	refuses 'port in use' "${add[@]}" peer 1 port 0x1001
	refuses 'not an Ethernet address' ip -n a link add argo9 address 02:00 type argonet
	refuses 'multicast or zero' ip -n a link add argo9 address 01:00:5e:00:00:01 type argonet
	refuses 'more queues than' ip -n a link add argo9 numtxqueues 2 type argonet queues 3
	refuses 'queues cannot be changed' ip -n a link set argo0 type argonet queues 3
	refuses 'a ring has' in_a ethtool -G argo0 rx 100
	refuses 'at most 10000 us' in_a ethtool -C argo0 tx-usecs 10001
	healthy
}
