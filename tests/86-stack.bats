#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# What else Linux does with an Ethernet device, and what happens to the machine
# around it.
# bats file_tags=stack

load lib/traffic
plain_queue

setup_file()
{
	traffic_install g1 g2
	tool_install raw g1
}

# Devices on top of a link are named over... here.
teardown()
{
	[ -n "${BATS_TEST_COMPLETED:-}" ] || traffic_kill
	log_check "for l in \$(ip -o link show | sed -n 's/^[0-9]*: \(over[^:@]*\).*/\1/p'); do
			ip link del \$l
		done
		! [ -d /sys/module/netconsole ] || rmmod netconsole
		$ARGONET_CLEANUP"
}

# over WORDS: make the device over0 of these words at both ends, where LOCAL and
# REMOTE stand for addresses of the link; packets of several fragments and streams
# go over it.
over()
{
	local dom n words

	for dom in g1 g2; do
		n=${dom#g}
		words=${1//LOCAL/10.77.0.$n}
		words=${words//REMOTE/10.77.0.$((3 - n))}
		on $dom "ip link add name over0 $words &&
			ip addr add 10.77.6.$n/24 dev over0 && ip link set over0 up"
	done
	pings g1 '-s 5000 10.77.6.2'
	tcp g1 g2 10.77.6.2 500000
	tcp g2 g1 10.77.6.1 500000
	on_both 'ip link del over0' 'ip link del over0'
}

@test "stack: VXLAN, Geneve, GRE, IP in IP, macvlan, ipvlan" {
	pair_up
	over 'type vxlan id 7 dstport 4789 local LOCAL remote REMOTE dev argo0'
	over 'type geneve id 7 remote REMOTE'
	over 'type gre local LOCAL remote REMOTE'
	over 'type ipip local LOCAL remote REMOTE'
	over 'link argo0 type macvlan mode bridge'
	over 'link argo0 type ipvlan mode l2'
	assert_intact
	# over the link, not around it
	assert [ "$(count link_tx_bytes "$C1")" -gt 3000000 ]
	assert [ "$(count link_tx_bytes "$C2")" -gt 3000000 ]
}

@test "stack: an 802.3ad bond of two links" {
	local bond

	pair_up
	on_both "ip link add argo1 type argonet peer $(domid g2) port 0x100 peer-port 0x100" \
		"ip link add argo1 type argonet peer $(domid g1) port 0x100 peer-port 0x100"
	bond='for l in argo0 argo1; do
			ip addr flush dev $l && ip link set $l down &&
				ethtool -s $l speed 10000 duplex full autoneg off || exit
		done
		modprobe bonding &&
			ip link add over0 type bond mode 802.3ad miimon 100 lacp_rate fast || exit
		for l in argo0 argo1; do ip link set $l master over0 || exit; done
		ip link set over0 up && for l in argo0 argo1; do ip link set $l up; done'
	on_both "$bond; ip addr add 10.77.6.1/24 dev over0" \
		"$bond; ip addr add 10.77.6.2/24 dev over0"
	retry_until 30 partners g1
	retry_until 30 partners g2
	pings g1 10.77.6.2
}

# Both ports of the bond are one aggregator with the bond of the other end.
partners() # DOM
{
	local bond

	bond=$(on "$1" 'cat /proc/net/bonding/over0') || return
	[[ $bond == *'Number of ports: 2'* ]] &&
		[[ $bond != *'Partner Mac Address: 00:00:00:00:00:00'* ]]
}

@test "stack: SCTP" {
	local n=3000000

	pair_up
	on g2 "modprobe sctp
		(socat -u SCTP-LISTEN:5005 - | sha256sum) >/tmp/sum 2>&1 </dev/null &
		until grep -q 5005 /proc/net/sctp/eps; do sleep 0.1; done"
	on g1 "traffic stream $SEED $n | socat -u - SCTP-CONNECT:10.77.0.2:5005"
	run on g2 'for _ in $(seq 100); do [ ! -s /tmp/sum ] || break; sleep 0.1; done; cat /tmp/sum'
	assert_output "$("$BUILD/tests/traffic" stream "$SEED" $n | sha256sum)"
	assert_intact
}

# What waits in a queue before the link, and in one behind it
@test "stack: tbf where it is sent, netem on an ifb where it is received" {
	pair_up
	on g1 'tc qdisc replace dev argo0 root tbf rate 20mbit burst 64k latency 200ms'
	on g2 'ip link add over0 type ifb && ip link set over0 up &&
		tc qdisc add dev over0 root netem delay 50ms limit 5000 &&
		tc qdisc add dev argo0 ingress &&
		tc filter add dev argo0 ingress matchall action mirred egress redirect dev over0'
	run on g1 'ping -q -c 5 -i 0.1 10.77.0.2'
	assert_success
	assert [ "$(sed -n 's/^rtt [^=]*= \([0-9]*\).*/\1/p' <<<"$output")" -ge 50 ]
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -t 2
	assert [ "$(received)" -gt 500000 ]
	# with what the token bucket lets pass at once, and the time it drains in
	assert [ "$(received)" -lt 8000000 ]
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 1000000
	on g1 "traffic tcp-send 10.77.0.2 5001 $SEED 1000000"
	served g2 5001
	assert_same_counts
}

@test "stack: an address by DHCP" {
	pair_up
	on g2 'printf "%s\n" "interface argo0" "start 10.77.0.50" "end 10.77.0.59" \
			"option subnet 255.255.255.0" "lease_file /tmp/leases" \
			"pidfile /tmp/udhcpd.pid" >/tmp/udhcpd.conf
		: >/tmp/leases
		udhcpd /tmp/udhcpd.conf'
	on g1 'printf "%s\n" "#!/bin/sh" "[ \$1 != bound ] ||" \
			" ip addr add \$ip/24 dev \$interface" >/tmp/lease
		chmod +x /tmp/lease
		ip addr flush dev argo0 scope global
		udhcpc -i argo0 -f -q -n -s /tmp/lease'
	on g2 'kill $(cat /tmp/udhcpd.pid)'
	run on g1 'ip -br -4 addr show argo0'
	assert_output --partial 10.77.0.5
	pings g1 10.77.0.2
	assert_intact
}

@test "stack: netconsole" {
	local mac

	pair_up
	mac=$(on g2 'cat /sys/class/net/argo0/address')
	serve g2 6666 socat -u UDP-RECV:6666 OPEN:/tmp/lines,creat,trunc
	on g1 "modprobe netconsole netconsole=6665@10.77.0.1/argo0,6666@10.77.0.2/$mac
		for i in \$(seq 200); do echo \"<4>line \$i of $SEED\" >/dev/kmsg; done"
	retry_until 10 on g2 "grep -q 'line 200 of $SEED' /tmp/lines"
	run on g2 "grep -c 'line [0-9]* of $SEED\$' /tmp/lines"
	assert_output 200
	on g1 'rmmod netconsole'
	served g2 6666 TERM || true
	pings g1 10.77.0.2
	assert_intact
}

# What g1 sent came to g2, or was refused there
all_but_lies()
{
	local got sent

	sent=$(count link_tx_packets "$(counters g1 argo0)")
	got=$(counters g2 argo0)
	echo "sent $sent, got $got"
	[ "$sent" = $(($(count link_rx_packets "$got") + $(count rx_bad_offload "$got"))) ]
}

@test "stack: frames whose offloads are lies" {
	local mac

	pair_up
	mac=$(on g2 'cat /sys/class/net/argo0/address')
	run on g1 "raw vnet argo0 $mac 10.77.0.2 $SEED 20000"
	assert_success
	echo "$output"
	# the others are too obviously wrong for the kernel that sends
	assert [ "${output#taken }" -gt 2000 ]
	pings g1 10.77.0.2
	tcp_both 1000000
	retry_until 20 all_but_lies
}

# F25
@test "stack: a vCPU goes and comes back under traffic" {
	local n=30000000

	[ "$GUEST_VCPUS" -gt 1 ] || skip "guests have one vCPU"
	pair_up 'queues 4'
	serve g2 5001 traffic tcp-recv 5001 "$SEED" $n
	serve g1 5002 traffic tcp-recv 5002 "$SEED" $n
	on_both "traffic tcp-send 10.77.0.2 5001 $SEED $n" \
		"traffic tcp-send 10.77.0.1 5002 $SEED $n &
		cd /sys/devices/system/cpu/cpu1
		for _ in 1 2 3; do
			sleep 0.2
			echo 0 >online || exit
			sleep 0.2
			echo 1 >online || exit
		done
		wait"
	served g2 5001
	served g1 5002
	# and a link made with one vCPU less
	on g2 'echo 0 >/sys/devices/system/cpu/cpu1/online'
	on_both 'ip link del argo0' 'ip link del argo0'
	pair_up 'queues 4'
	on g2 'echo 1 >/sys/devices/system/cpu/cpu1/online'
	tcp_both 2000000
	assert_intact
}

# F30
@test "stack: the clock is set a year ahead, and back" {
	local n=30000000 changes

	pair_up
	changes=$(on g1 'cat /sys/class/net/argo0/carrier_changes')
	serve g1 5001 traffic tcp-recv 5001 "$SEED" $n
	on_both 'year=$((365 * 24 * 3600))
		for y in $year -$year -$year $year; do
			date -s "@$(($(date +%s) + y))" || exit
			sleep 0.3
		done' \
		"traffic tcp-send 10.77.0.1 5001 $SEED $n"
	served g1 5001
	pings g1 10.77.0.2
	assert_equal "$(on g1 'cat /sys/class/net/argo0/carrier_changes')" "$changes"
	assert_intact
}

# As long as dummies take: nothing waits for a grace period of its own.
gone_soon() # DOM
{
	local ms

	ms=$(on "$1" 'begin=${EPOCHREALTIME/./}
		ip link set group 7 down && ip link set group 7 up && ip link del group 7 || exit
		echo $(((${EPOCHREALTIME/./} - begin) / 1000))')
	echo "$1: $ms ms"
	assert [ "$ms" -le $((1000 * BED_SLOW)) ]
}

@test "stack: sixty links made at once are up within a second, and gone within one" {
	local a b

	a=$(domid g1)
	b=$(domid g2)
	# shellcheck disable=SC2154
	sixty() # PEER
	{
		echo "modprobe argonet
			for i in \$(seq 60); do
				echo link add name many\$i group 7 type argonet peer $1 port \$((0x10000 + i)) \\
					peer-port \$((0x10000 + i)) ring-size 64K
				echo link set many\$i up
			done | ip -batch -"
	}
	on_both "$(sixty "$b")" "$(sixty "$a")
		begin=\${EPOCHREALTIME/./}
		until [ \$(cat /sys/class/net/many*/carrier 2>/dev/null | grep -c 1) = 60 ]; do
			[ \$((\${EPOCHREALTIME/./} - begin)) -lt 60000000 ] || exit
		done
		echo \$(((\${EPOCHREALTIME/./} - begin) / 1000)) >/tmp/took"
	run on g2 'cat /tmp/took'
	echo "$output ms"
	assert [ "$output" -le $((1000 * BED_SLOW)) ]
	# any of them works
	on g1 'ip addr add 10.77.0.1/24 dev many60'
	on g2 'ip addr add 10.77.0.2/24 dev many60'
	pings g1 10.77.0.2
	# with a peer that reads, and with one that has no ring any more
	gone_soon g1
	gone_soon g2
}
