#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Streams: nothing is lost, changed, moved or doubled.
# bats file_tags=traffic

load lib/traffic

# bats test_tags=smoke
@test "tcp: iperf3 both ways, one after the other" {
	pair_up
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -n 20M
	assert [ "$(received)" -gt 10000000 ]
	serve g2 5201 iperf3 -s -1
	iperf g1 fd77::2 -n 20M -R
	assert [ "$(received)" -gt 10000000 ]
	assert_intact
}

@test "tcp: iperf3 both ways at once" {
	pair_up
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -t 3 --bidir
	assert [ "$(received)" -gt 1000000 ]
	assert [ "$(received sum_received_bidir_reverse)" -gt 1000000 ]
	assert_intact
}

@test "tcp: iperf3 with four flows" {
	pair_up
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -t 3 -P 4
	# each of them moved
	assert_equal "$(awk '
		$1 == "\"end\":" { end = 1 }
		end && $1 == "\"receiver\":" { flow = 1 }
		flow && $1 == "\"bytes\":" { flow = 0; n += $2 + 0 > 100000 }
		END { print n }' <<<"$output")" 4
	assert_intact
}

# bats test_tags=smoke
@test "tcp: every byte arrives, both ways, IPv4 and IPv6" {
	pair_up
	tcp g1 g2 10.77.0.2 10000000
	tcp g2 g1 fd77::1 10000000
	assert_intact
}

@test "tcp: writes of 64 bytes and of one" {
	pair_up
	tcp g1 g2 10.77.0.2 1000000 64
	tcp g2 g1 10.77.0.1 1000000 64
	tcp g1 g2 10.77.0.2 5000 1
	assert_intact
}

@test "tcp: 200 MB each way at once have the right sha256" {
	local n=200000000 d

	pair_up
	for d in g1 g2; do
		serve $d 5003 socat -u TCP-LISTEN:5003 \
			'SYSTEM:"sha256sum >/tmp/serve-sum",nofork'
	done
	on_both "traffic tcp-send 10.77.0.2 5003 $SEED $n" \
		"traffic tcp-send 10.77.0.1 5003 $((SEED + 1)) $n"
	served g1 5003
	served g2 5003
	run on g2 'cat /tmp/serve-sum'
	assert_output "$("$BUILD/tests/traffic" stream "$SEED" $n | sha256sum)"
	run on g1 'cat /tmp/serve-sum'
	assert_output "$("$BUILD/tests/traffic" stream $((SEED + 1)) $n | sha256sum)"
	assert_intact
}

@test "tcp: a stream costs next to no notify calls" {
	local before after messages notify

	pair_up
	before=$(counters g2 argo0)
	tcp g1 g2 10.77.0.2 20000000
	after=$(counters g2 argo0)
	messages=$(count rx_messages "$after" "$before")
	notify=$(count rx_notify "$after" "$before")
	echo "$messages messages, $notify calls"
	assert [ "$messages" -gt 100 ] # two frames of 64 KiB may share one
	assert [ $((notify * 20)) -lt "$messages" ]
	assert [ "$(count rx_notify_elided "$after" "$before")" -gt 0 ]
}

@test "tcp: frames of many pieces are sent, pieces beyond Xen's limit copied" {
	local before after

	pair_up
	before=$(counters g1 argo0)
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 10000000
	on g1 "traffic tcp-pages 10.77.0.2 5001 $SEED 10000000"
	served g2 5001
	after=$(counters g1 argo0)
	assert [ "$(count tx_bounced "$after" "$before")" -gt 0 ]
	assert_equal "$(count link_tx_dropped "$after" "$before")" 0
	assert_intact
	# and the way users do it
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -n 20M -Z
	assert [ "$(received)" -gt 10000000 ]
	assert_intact
}
