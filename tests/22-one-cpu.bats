#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A guest with one vCPU, where whoever receives, sends or reads waits for the
# others. Everywhere else guests have more.
# bats file_tags=traffic

load lib/traffic
plain_queue

setup_file()
{
	guest_destroy g2
	GUEST_VCPUS=1 guest_create g2
	traffic_install g1 g2
}

teardown_file()
{
	guest_destroy g2
	guest_create g2
}

@test "one vCPU: streams both ways" {
	run on g2 'grep -c ^processor /proc/cpuinfo'
	assert_output 1
	pair_up
	tcp_both 20000000
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -t 2 -P 4 --bidir
	assert [ "$(received)" -gt 1000000 ]
	assert [ "$(received sum_received_bidir_reverse)" -gt 1000000 ]
	assert_intact
}

@test "one vCPU: floods through rings of 16K" {
	pair_up 'ring-size 16K queues 2'
	udp_all g1 g2 10.77.0.2 5000 1000
	udp_all g2 g1 10.77.0.1 5000 1000
	tcp_both 1000000
	assert_intact
}
