#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Large and unequal MTUs, and what the peer cannot take.
# bats file_tags=traffic

load lib/traffic
plain_queue

@test "mtu: 9000 at both ends" {
	MTU1=9000 MTU2=9000 pair_up
	pings g1 '-M do -s 8972 10.77.0.2' '-M do -s 8952 fd77::2'
	tcp_both 3000000
	udp_all g1 g2 10.77.0.2 100 8900 1 1000
	assert_intact
}

@test "mtu: the smallest and the largest" {
	MTU1=65521 MTU2=65521 pair_up
	pings g1 '-M do -s 65493 10.77.0.2' '-M do -s 65473 fd77::2'
	tcp_both 3000000
	udp_all g1 g2 10.77.0.2 20 65000 1 1000
	on_both 'ip link set argo0 mtu 68' 'ip link set argo0 mtu 68'
	pings g1 '-M do -s 40 10.77.0.2' '-S 1000000 -s 1000 10.77.0.2'
	tcp_both 30000
	assert_intact
}

# F29
@test "mtu: 9000 against 1500, both ways" {
	MTU1=9000 MTU2=1500 pair_up
	# each side sends what its own MTU allows; the other takes it
	udp_all g1 g2 10.77.0.2 100 8900 1 1000
	udp_all g2 g1 10.77.0.1 100 8900 1 1000
	tcp_both 3000000
	tcp g1 g2 fd77::2 3000000
	on_both 'ethtool -K argo0 tso off gso off' 'ethtool -K argo0 tso off gso off'
	tcp_both 1000000
	pings g1 '-M do -s 8972 10.77.0.2'
	assert_intact
}

# B62
@test "mtu: out of the driver's range" {
	pair_up
	run on g1 'ip link set argo0 mtu 70000'
	assert_failure
	assert_output --partial 'mtu greater than device maximum'
	run on g1 'ip link set argo0 mtu 65522'
	assert_failure
	assert_output --partial 'mtu greater than device maximum'
	run on g1 'ip link set argo0 mtu 67'
	assert_failure
	assert_output --partial 'mtu less than device minimum'
	pings g1 10.77.0.2
}

# A ring of 16K takes two frames of about 8000 bytes.
@test "mtu: larger than the peer's ring takes is refused while up" {
	local max

	pair_up '' 'ring-size 16K'
	max=$(($(info g1 argo0 peer-max-frame) - 22))
	assert [ "$max" -gt 4000 ]
	assert [ "$max" -lt 9000 ]
	run on g1 "ip link set argo0 mtu $((max + 1))"
	assert_failure
	assert_output --partial 'mtu greater than device maximum'
	on g1 "ip link set argo0 mtu $max"
	pings g1 "-M do -s $((max - 28)) 10.77.0.2"
	tcp_both 1000000
	assert_intact
}

@test "mtu: set before the peer was known, larger frames are counted" {
	local before after

	MTU1=12000 pair_up '' 'ring-size 16K'
	run on g1 "dmesg | grep 'argo0: MTU 12000 is too large for domain $(domid g2)'"
	assert_success
	before=$(counters g1 argo0)
	run on g1 'ping -c 2 -i 0.2 -W 1 -M do -s 11000 10.77.0.2'
	assert_failure
	after=$(counters g1 argo0)
	assert [ "$(count tx_oversize "$after" "$before")" -ge 2 ]
	assert_equal "$(count tx_oversize "$after" "$before")" \
		"$(count link_tx_errors "$after" "$before")"
	# what does fit still goes
	pings g1 '-s 5000 10.77.0.2'
	assert_same_counts
}
