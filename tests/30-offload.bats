#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Offloads: each can be switched off, which shows in what is sent, and traffic
# flows whatever is on or off at either end.
# bats file_tags=traffic

load lib/traffic
plain_queue

# feature DOM NAME: "on", "off", "off [requested on]"
feature()
{
	on "$1" "ethtool -k argo0" | sed -n "s/^[[:space:]]*$2: //p"
}

feature_is() # DOM NAME VALUE
{
	[ "$(feature "$1" "$2")" = "$3" ]
}

# How many frames g1 sends for a stream of a million bytes to an address of
# g2, which checks them. At 1500 bytes each it takes at least 684.
frames()
{
	local before

	before=$(counters g1 argo0)
	tcp g1 g2 "$1" 1000000 >&2 || return
	count link_tx_packets "$(counters g1 argo0)" "$before"
}

assert_segmented() # ADDRESS
{
	assert [ "$(frames "$1")" -ge 684 ]
}

assert_unsegmented() # ADDRESS
{
	assert [ "$(frames "$1")" -lt 500 ]
}

# bats test_tags=smoke
@test "offload: tso off and on again at the sender" {
	pair_up
	assert_unsegmented 10.77.0.2
	assert_unsegmented fd77::2
	on g1 'ethtool -K argo0 tso off'
	assert_segmented 10.77.0.2
	assert_segmented fd77::2
	on g1 'ethtool -K argo0 tso on'
	assert_unsegmented 10.77.0.2
	assert_intact
}

@test "offload: tx checksums off at the sender" {
	pair_up
	on g1 'ethtool -K argo0 tx off'
	assert_equal "$(feature g1 tx-checksumming)" off
	assert_segmented 10.77.0.2
	assert_segmented fd77::2
	udp_all g1 g2 10.77.0.2 50 1000 1 1000
	assert_intact
}

@test "offload: rx checksums off at the receiver take effect at the sender" {
	pair_up
	assert_equal "$(info g1 argo0 peer-features)" "$(all_features)"
	on g2 'ethtool -K argo0 rx off'
	retry_until 5 peer_takes g1 none
	retry_until 5 feature_is g1 tx-checksum-ip-generic 'off [requested on]'
	assert_equal "$(feature g1 tx-tcp-segmentation)" 'off [requested on]'
	assert_segmented 10.77.0.2
	assert_segmented fd77::2
	# the other direction is as before
	assert_equal "$(feature g2 tx-checksum-ip-generic)" on
	tcp g2 g1 10.77.0.1 1000000
	on g2 'ethtool -K argo0 rx on rx-gro-hw on'
	retry_until 5 peer_takes g1 "$(all_features)"
	retry_until 5 feature_is g1 tx-tcp-segmentation on
	assert_unsegmented 10.77.0.2
	assert_intact
}

@test "offload: rx-gro-hw off at the receiver keeps checksums, ends segmentation" {
	pair_up
	on g2 'ethtool -K argo0 rx-gro-hw off'
	retry_until 5 peer_takes g1 csum
	retry_until 5 feature_is g1 tx-tcp-segmentation 'off [requested on]'
	assert_equal "$(feature g1 tx-tcp6-segmentation)" 'off [requested on]'
	assert_equal "$(feature g1 tx-udp-segmentation)" 'off [requested on]'
	assert_equal "$(feature g1 tx-checksum-ip-generic)" on
	assert_segmented 10.77.0.2
	assert_segmented fd77::2
	udp_all g1 g2 10.77.0.2 200 1000 40 20000
	assert_intact
}

@test "offload: receivers change their minds under traffic" {
	pair_up
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 20000000
	on_both "traffic tcp-send 10.77.0.2 5001 $SEED 20000000" \
		'for i in 1 2 3 4 5; do
			ethtool -K argo0 rx off && sleep 0.2
			ethtool -K argo0 rx on rx-gro-hw on && sleep 0.2
		done'
	served g2 5001
	retry_until 5 peer_takes g1 "$(all_features)"
	assert_intact
}

@test "offload: udp segmentation is left to the receiver, until switched off" {
	local before

	pair_up
	before=$(counters g1 argo0)
	udp_all g1 g2 10.77.0.2 1000 1000 40 20000
	udp_all g1 g2 fd77::2 1000 1000 40 20000
	# 50 large frames, and a few that belong to the kernel
	assert [ "$(count link_tx_packets "$(counters g1 argo0)" "$before")" -lt 100 ]

	on g1 'ethtool -K argo0 tx-udp-segmentation off'
	before=$(counters g1 argo0)
	udp_all g1 g2 10.77.0.2 1000 1000 40 20000
	assert [ "$(count link_tx_packets "$(counters g1 argo0)" "$before")" -ge 1000 ]
	assert_intact
}

@test "offload: sg off at the sender" {
	pair_up
	on g1 'ethtool -K argo0 sg off'
	assert_equal "$(feature g1 scatter-gather)" off
	assert_segmented 10.77.0.2
	tcp g1 g2 fd77::2 1000000
	udp_all g1 g2 10.77.0.2 20 9000 1 1000
	assert_intact
}

@test "offload: gso off at the sender, gro off at the receiver" {
	pair_up
	on_both 'ethtool -K argo0 gso off' 'ethtool -K argo0 gro off'
	assert_equal "$(feature g1 generic-segmentation-offload)" off
	assert_equal "$(feature g2 generic-receive-offload)" off
	tcp_both 1000000
	on g1 'ethtool -K argo0 tso off'
	assert_segmented 10.77.0.2
	udp_all g1 g2 10.77.0.2 200 1000 1 1000
	assert_intact
}

@test "offload: everything off at both ends" {
	local off='ethtool -K argo0 tx off tso off gso off sg off
		ethtool -K argo0 rx-gro-hw off gro off rx off tx-udp-segmentation off
		true'

	pair_up
	on_both "$off" "$off"
	retry_until 5 peer_takes g1 none
	retry_until 5 peer_takes g2 none
	for f in rx-checksumming tx-checksumming scatter-gather \
		tcp-segmentation-offload generic-segmentation-offload \
		generic-receive-offload; do
		assert_equal "$f $(feature g1 $f)" "$f off"
		assert_equal "$f $(feature g2 $f)" "$f off"
	done
	assert_segmented 10.77.0.2
	tcp g2 g1 fd77::1 1000000
	udp_all g1 g2 10.77.0.2 200 1000 1 1000
	udp_all g2 g1 fd77::1 20 9000 1 1000
	pings g1 10.77.0.2 '-s 20000 fd77::2'
	assert_intact
}
