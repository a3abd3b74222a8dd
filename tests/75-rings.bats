#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # domains' shells expand it, faults.bash uses it
# Rings on real Xen: what argo-core offers its clients, and rings that Xen
# drops without a word.
# bats file_tags=fault,rings

load lib/bed
load lib/faults

NET_PORT=0x6e657400

setup_file()
{
	test_modules >/dev/null
}

teardown()
{
	faults_teardown
}

@test "Xen answers as was measured, argo-core keeps its word to a client" {
	on g1 'modprobe argo-core'
	"$BED" put g1 "$(test_modules)/argo-selftest.ko"
	on g1 "dmesg -c >/dev/null; insmod /tmp/argo-selftest.ko domid=$(domid g1) absent=30000"
	run on g1 'rmmod argo_selftest; dmesg | sed -n "s/^.*argo-selftest: //p"'
	refute_line --partial 'not ok'
	assert_line --regexp '^done: [0-9]+ checks$'
	# Each of them ran: a check that was never reached has not passed.
	assert_equal "$(grep -c '^ok ' <<<"$output")" 129
	run on g1 'sed 1d /sys/kernel/debug/argo/rings'
	assert_output ''
}

came_back() # DOM
{
	[ "$(on "$1" 'cat /sys/class/net/argo0/carrier_up_count')" -ge 2 ]
}

# What Xen takes from either end, or from both, is noticed and made good.
lose() # DOM...
{
	local d other pids=()

	pair_up
	traffic_start g1 g2 10.77.0.2
	for d; do
		other=g2
		[ "$d" = g1 ] || other=g1
		lose_ring "$d" "$(domid "$other")" "$NET_PORT" &
		pids+=($!)
	done
	# With both, one may be just closing its own because of the other.
	wait "${pids[0]}" || [ $# -gt 1 ]
	[ $# = 1 ] || wait "${pids[1]}" || true
	# Both ends start over. What lost nothing itself learns it from the other.
	retry_until 20 came_back g1
	retry_until 20 came_back g2
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	traffic_goes_on
	run rings g1
	assert_output "$(domid g2) $NET_PORT"
	run rings g2
	assert_output "$(domid g1) $NET_PORT"
}

@test "a ring is lost at one end under traffic" {
	lose g1
}

@test "rings are lost at both ends under traffic" {
	lose g1 g2
}

@test "a lost ring is found without any traffic" {
	pair_up
	# Not even neighbours are asked for.
	on g1 'sysctl -qw net.ipv6.conf.argo0.disable_ipv6=1'
	on g2 'sysctl -qw net.ipv6.conf.argo0.disable_ipv6=1'
	lose_ring g2 "$(domid g1)" "$NET_PORT"
	retry_until 20 came_back g1
	retry_until 20 came_back g2
	transfer g1 g2 10.77.0.2
}

@test "a ring is lost in a stalled link" {
	HURT=g2
	pair_up 'ring-size 64K'
	on g1 'setsid ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	stand_still g2
	retry_until 15 in_state stalled g1 argo0
	lose_ring g1 "$(domid g2)" "$NET_PORT"
	wake_up g2
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	on g1 'killall -q ping || true'
	transfer g1 g2 10.77.0.2
}

@test "one of several rings is lost" {
	pair_up 'queues 4'
	lose_ring g1 "$(domid g2)" $((NET_PORT + 2))
	# Sixteen flows: some of them come to that queue.
	on g2 'iperf3 -s -D -p 5201'
	on g1 'setsid iperf3 -u -c 10.77.0.2 -p 5201 -b 1M -P 16 -t 600 -R >/dev/null 2>&1 </dev/null &'
	retry_until 30 came_back g1
	retry_until 30 came_back g2
	on g1 'killall -q -9 iperf3'
	on g2 'killall -q -9 iperf3; iperf3 -s -D -p 5201'
	retry_until 20 carrier g1 argo0
	on g1 'timeout 60 iperf3 -c 10.77.0.2 -p 5201 -P 16 -n 64K -R'
	run rings g1
	assert_equal "${#lines[@]}" 4
}
