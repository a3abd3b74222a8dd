#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Ring sizes and numbers of queues, equal and unequal.
# bats file_tags=traffic

load lib/traffic
plain_queue

# Streams and datagrams both ways.
use_rings()
{
	tcp_both 3000000
	tcp g1 g2 fd77::2 3000000
	udp_all g1 g2 10.77.0.2 500 1400 1 500
	udp_all g2 g1 fd77::1 100 8000 1 2000
	assert_intact
}

# bats test_tags=smoke
@test "rings: 16K at both ends" {
	local c

	pair_up 'ring-size 16K'
	assert_equal "$(info g1 argo0 ring-size)" 16384
	assert_equal "$(info g1 argo0 peer-ring-size)" 16384
	use_rings
	# so small that it was full now and then, and the receiver said when
	# there was room again
	c=$(counters g1 argo0)
	assert [ "$(count tx_eagain "$c")" -gt 0 ]
	assert [ "$(count tx_wake_virq "$c")" -gt 0 ]
	assert [ "$(count rx_notify "$(counters g2 argo0)")" -gt 0 ]
}

@test "rings: 4M at both ends" {
	pair_up 'ring-size 4M'
	assert_equal "$(info g1 argo0 peer-ring-size)" 4194304
	use_rings
}

@test "rings: 16K against 4M" {
	pair_up 'ring-size 16K' 'ring-size 4M'
	assert_equal "$(info g1 argo0 peer-ring-size)" 4194304
	assert_equal "$(info g2 argo0 peer-ring-size)" 16384
	use_rings
}

# B51
@test "rings: resized while up with ethtool -G" {
	pair_up 'ring-size 64K'
	on g1 'ethtool -G argo0 rx 16384'
	retry_until 20 peer_ring 262144
	assert_equal "$(info g1 argo0 ring-size)" 262144
	tcp_both 1000000
	run on g1 'ethtool -G argo0 rx 255'
	assert_failure
	run on g1 'ethtool -G argo0 rx 1048577'
	assert_failure
	assert_equal "$(info g1 argo0 ring-size)" 262144
	pings g1 10.77.0.2
}

peer_ring() # BYTES
{
	[ "$(info g2 argo0 peer-ring-size)" = "$1" ] && carrier g1 argo0
}

# How many queues of a domain have counted anything.
used() # DOM COUNTER
{
	on "$1" 'ethtool -S argo0' |
		awk -v c="_$2:$" '$1 ~ "^q[0-9]+" c && $2 > 0 { n++ } END { print n + 0 }'
}

# Flows of different ports, which spread by their hash.
many_flows()
{
	on g1 "for i in \$(seq 6000 6015); do
			traffic udp-send 10.77.0.2 \$i $SEED 1 500 || exit
		done"
}

@test "queues: four at both ends, all of them used" {
	pair_up 'queues 4'
	assert_equal "$(info g1 argo0 peer-queues)" 4
	run on g1 'ls -d /sys/class/net/argo0/queues/tx-*'
	assert_equal "${#lines[@]}" 4
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -n 10M -P 4
	many_flows
	assert [ "$(used g1 tx_sendv)" -ge 2 ]
	# HELLO came on the first one in any case
	assert [ "$(used g2 rx_messages)" -ge "$(used g1 tx_sendv)" ]
	tcp_both 3000000
	udp_all g1 g2 10.77.0.2 500 1400 1 500
	assert_intact
}

@test "queues: four against one" {
	pair_up 'queues 4' 'queues 1'
	assert_equal "$(info g1 argo0 peer-queues)" 1
	assert_equal "$(info g2 argo0 peer-queues)" 4
	# g1 may send to one only
	run on g1 'ls -d /sys/class/net/argo0/queues/tx-*'
	assert_equal "${#lines[@]}" 1
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -n 10M -P 4
	tcp_both 3000000
	udp_all g1 g2 10.77.0.2 500 1400 1 500
	udp_all g2 g1 10.77.0.1 500 1400 1 500
	assert_intact
}

xps() # DOM: the CPUs that send through each queue
{
	on "$1" 'cat /sys/class/net/argo0/queues/tx-*/xps_cpus' | tr '\n' ' '
}

xps_is() # DOM MASKS
{
	[ "$(xps "$1")" = "$2" ]
}

# g2's end begins again, with so many queues
peer_queues()
{
	on g2 "ip link del argo0 && ip link add argo0 type argonet peer $(domid g1) queues $1 &&
		ip link set argo0 up"
	retry_until 20 carrier g1 argo0
}

@test "queues: each CPU sends through one of its own if none is left over" {
	pair_up 'queues 2'
	assert_equal "$(xps g1)" '1 2 '
	on_both 'ip link del argo0' 'ip link del argo0'
	# with four queues and two CPUs the flow decides, unless the peer has two
	pair_up 'queues 4'
	assert_equal "$(xps g1)" '0 0 0 0 '
	peer_queues 2
	retry_until 5 xps_is g1 '1 2 '
	peer_queues 4
	retry_until 5 xps_is g1 '0 0 0 0 '
}

@test "queues: netlink tells their NAPIs, statistics and pools" {
	local tool=$BUILD/tests/netdev uapi i

	uapi=$(echo "$BUILD/kernel/$KERNEL"/headers/usr/src/*-common/include/uapi)
	[ -e "$uapi/linux/netdev.h" ] || skip "Linux $KERNEL does not have this"
	gcc -O2 -Wall -idirafter "$uapi" "$BATS_TEST_DIRNAME/tools/netdev.c" -o "$tool" -lmnl
	"$BED" put g1 "$tool" /usr/bin/netdev
	pair_up 'queues 2'
	many_flows
	run on g1 'netdev argo0'
	assert_success
	for i in 0 1; do
		assert_line --regexp "^rx $i napi [1-9][0-9]*$"
		assert_line --regexp "^rx $i packets [0-9]+ bytes [0-9]+ alloc-fail 0$"
		assert_line --regexp "^tx $i packets [1-9][0-9]* bytes [1-9][0-9]* stop [0-9]+ wake [0-9]+$"
	done
	# Each queue has two pools. Linux 6.12 keeps the NAPI that a pool had when it was
	# made, and these get theirs later, so that no NAPI is to be seen.
	assert_equal "$(grep -c '^pool [0-9]* napi' <<<"$output")" 4
	# what went through a queue that is gone is not forgotten
	peer_queues 1
	retry_until 5 one_queue
	retry_until 10 totals_agree
}

one_queue()
{
	[ "$(on g1 'ls -d /sys/class/net/argo0/queues/tx-* | wc -l')" = 1 ]
}

totals_agree()
{
	local all

	all=$(on g1 'netdev argo0' | awk '$1 == "tx" && $2 == "all" { print $4 }')
	[ "$all" = "$(on g1 'cat /sys/class/net/argo0/statistics/tx_packets')" ]
}
