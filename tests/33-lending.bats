#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Frames that the stack gets in the pages of the ring they came in.
# bats file_tags=traffic

load lib/traffic
load lib/faults

teardown()
{
	traffic_kill
	bed_teardown
}

@test "lending: a stream is read from the ring's pages" {
	local c lent

	pair_up
	tcp_both 20000000
	c=$(counters g2 argo0)
	lent=$(count rx_lent "$c")
	assert [ "$lent" -gt 100 ]
	assert_equal "$(count rx_renewed "$c")" 0
	assert_intact
}

# The reader that never reads gets more than the ring holds: what of it was
# lent never comes back.
@test "lending: a reader that stands still does not stop others" {
	local c

	pair_up 'ring-size 512K'
	on g2 'sysctl -q net.ipv4.tcp_rmem="4096 4194304 8388608"
		setsid socat -u TCP-LISTEN:5007 EXEC:"sleep 600" >/dev/null 2>&1 </dev/null &
		sleep 1'
	on g1 'setsid socat -u /dev/zero TCP:10.77.0.2:5007 >/dev/null 2>&1 </dev/null &'
	retry_until 20 on g2 '[ "$(ss -Htn state established sport = :5007 | { read -r n _; echo "${n:-0}"; })" -gt 1000000 ]'

	transfer g1 g2 10.77.0.2
	c=$(counters g2 argo0)
	assert [ "$(count rx_renewed "$c")" -gt 0 ]
	# The link was up all the time, and the memory comes back with its user.
	assert_equal "$(carrier_changes g1 argo0)" 1
	assert_equal "$(carrier_changes g2 argo0)" 1
	on g2 'killall socat'
	transfer g1 g2 10.77.0.2
	assert_intact
	on g2 'sysctl -q net.ipv4.tcp_rmem="4096 131072 6291456"'
}
