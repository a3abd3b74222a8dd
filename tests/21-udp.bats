#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Datagrams: a full ring makes the sender wait, nothing is dropped, and a
# sender with nothing but datagrams is woken again.
# bats file_tags=traffic

load lib/traffic
plain_queue

# bats test_tags=smoke
@test "udp: paced, both ways, IPv4 and IPv6, every datagram arrives" {
	pair_up
	udp_all g1 g2 10.77.0.2 300 1000 1 2000
	udp_all g2 g1 fd77::1 300 1000 1 2000
	udp_all g1 g2 10.77.0.2 50 9000 1 2000
	assert_intact
}

@test "udp: iperf3 paced" {
	pair_up
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -u -b 10M -t 2
	# what its small socket buffer drops is not the link's fault
	run awk '
		$1 == "\"end\":" { end = 1 }
		end && $1 == "\"sum\":" { sum = 1 }
		sum && $1 == "\"lost_packets\":" { lost = $2 + 0 }
		sum && $1 == "\"packets\":" { sent = $2 + 0 }
		END { print "arrived " (sent > 100 && sent - lost > 100) }' <<<"$output"
	assert_line 'arrived 1'
	assert_intact
}

# A flood faster than the receiver: the ring fills again and again.
flood() # RING-SIZE
{
	local before after

	pair_up "ring-size $1"
	before=$(counters g1 argo0)
	udp_all g1 g2 10.77.0.2 10000 1400
	udp_all g1 g2 fd77::2 10000 100
	after=$(counters g1 argo0)
	assert_equal "$(count link_tx_dropped "$after" "$before")" 0
	assert_intact
	# the flow goes on, both ways
	udp_all g1 g2 10.77.0.2 100 1000 1 1000
	udp_all g2 g1 10.77.0.1 100 1000 1 1000
	pings g1 10.77.0.2
	assert_same_counts
}

@test "udp: flood through a ring of 16K, then the flow goes on" {
	flood 16K
	# not by luck: it did fill
	after=$(counters g1 argo0)
	assert [ "$(count tx_eagain "$after")" -gt 0 ]
	assert [ "$(count tx_stop "$after")" -gt 0 ]
	# Nothing is answered, so the receiver has to say that there is room.
	assert [ "$(count rx_notify "$(counters g2 argo0)")" -gt 0 ]
	assert [ "$(count tx_wake_virq "$after")" -gt "$(count tx_wake_timer "$after")" ]
}

@test "udp: flood through a ring of 1M, then the flow goes on" {
	local before after

	flood 1M
	# many small ones share a message: on a slow kernel they come slower
	[ "$BED_SLOW" = 1 ] || on g1 "ethtool -C argo0 tx-usecs $((250 * BED_SLOW))"
	before=$(counters g1 argo0)
	udp_all g1 g2 10.77.0.2 5000 64
	after=$(counters g1 argo0)
	assert [ "$(count link_tx_packets "$after" "$before")" -ge 5000 ]
	assert [ $(($(count tx_sendv "$after" "$before") * 3)) -lt 5000 ]
	# unless nobody wants that
	on g1 'ethtool -C argo0 tx-usecs 0'
	before=$(counters g1 argo0)
	udp_all g1 g2 10.77.0.2 1000 64 1 200
	after=$(counters g1 argo0)
	assert [ "$(count tx_sendv "$after" "$before")" -ge 1000 ]
	assert_same_counts
}

@test "udp: floods both ways at once" {
	local d

	pair_up 'ring-size 16K'
	for d in g1 g2; do
		serve $d 5002 traffic udp-recv 5002 "$SEED" 10000 1000
	done
	pings g1 10.77.0.2
	on_both "traffic udp-send 10.77.0.2 5002 $SEED 10000 1000" \
		"traffic udp-send 10.77.0.1 5002 $SEED 10000 1000"
	for d in g1 g2; do
		run served $d 5002 USR1
		assert_success
		assert_line 'received 10000'
	done
	assert_intact
	pings g1 10.77.0.2
}
