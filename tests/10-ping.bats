#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Single frames of every size, both families; and that both ends count them.
# bats file_tags=traffic

load lib/traffic

# bats test_tags=smoke
@test "ping: both directions, IPv4 and IPv6, every size" {
	local size lines=()

	pair_up
	for size in 0 1 56 213 214 215 999; do
		lines+=("-s $size 10.77.0.2" "-s $size fd77::2")
	done
	pings g1 "${lines[@]}"
	pings g2 '-s 0 10.77.0.1' '-s 1 fd77::1' 10.77.0.1 fd77::1
	assert_same_counts
}

@test "ping: full frames without fragmentation, one byte more is refused" {
	pair_up
	pings g1 "-M do -s $((1500 - 28)) 10.77.0.2" "-M do -s $((1500 - 48)) fd77::2"
	pings g2 "-M do -s $((1500 - 28)) 10.77.0.1" "-M do -s $((1500 - 48)) fd77::1"
	run on g1 "ping -c 1 -M do -s $((1500 - 27)) 10.77.0.2"
	assert_failure
	assert_output --partial 'message too long, mtu=1500'
	run on g1 "ping -c 1 -M do -s $((1500 - 47)) fd77::2"
	assert_failure
	assert_output --partial 'message too long, mtu: 1500'
}

@test "ping: packets of 60000 bytes in fragments" {
	pair_up
	pings g1 '-s 60000 10.77.0.2' '-s 60000 fd77::2'
	pings g2 '-s 60000 10.77.0.1' '-s 60000 fd77::1'
	assert_same_counts
}

@test "ping: a flood of 500 is answered" {
	pair_up
	run on g1 'ping -q -f -c 500 -s 500 10.77.0.2'
	assert_success
	assert_line --regexp '^500 packets transmitted, 500 received, 0% packet loss'
	assert_intact
}

# bats test_tags=smoke
@test "statistics: both ends count the same frames and bytes" {
	local before after

	pair_up
	before=$(counters g2 argo0)
	run on g1 'ping -q -c 10 -i 0.02 -s 1000 10.77.0.2'
	assert_success
	assert_intact
	after=$(counters g2 argo0)
	assert [ "$(count link_rx_packets "$after" "$before")" -ge 10 ]
	assert [ "$(count link_rx_bytes "$after" "$before")" -ge $((10 * 1042)) ]
	assert [ "$(count link_tx_bytes "$after" "$before")" -ge $((10 * 1042)) ]
}

@test "ethtool: -i, -l, -g, -k and -S describe the link" {
	pair_up 'queues 2 ring-size 64K'
	run on g1 'ethtool -i argo0'
	assert_line 'driver: argonet'
	assert_line "bus-info: domain $(domid g2)"
	run on g1 'ethtool -l argo0'
	assert_equal "$(grep -c '^Combined:[[:space:]]*2$' <<<"$output")" 2
	run on g1 'ethtool -g argo0'
	assert_line --regexp '^RX:[[:space:]]*1048576$'
	assert_line --regexp '^RX:[[:space:]]*4096$'
	run on g1 'ethtool -k argo0'
	for f in rx-checksumming tx-checksumming scatter-gather \
		tcp-segmentation-offload generic-receive-offload \
		tx-udp-segmentation rx-gro-hw; do
		assert_line "$f: on"
	done
	run on g1 'ethtool -S argo0'
	for q in q0 q1; do
		for c in tx_sendv tx_eagain tx_stop tx_wake_virq \
			tx_wake_timer tx_bounced rx_messages \
			rx_notify rx_notify_elided rx_bad_kind; do
			assert_line --regexp "^ *${q}_$c: [0-9]+$"
		done
	done
	# what ip -s and netlink's queue statistics have is not told twice
	refute_output --regexp '_(tx|rx)_(packets|bytes)'
	run on g1 'ethtool argo0'
	assert_line --regexp 'Link detected: yes'
	assert_line --regexp 'Speed: Unknown!'
	on g1 'ethtool -s argo0 speed 10000 duplex full autoneg off'
	run on g1 'ethtool argo0'
	assert_line --regexp 'Speed: 10000Mb/s'
	assert_line --regexp 'Duplex: Full'
}
