#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # domains' shells expand it, faults.bash uses it
# Guests that die, stand still, or are moved, while others talk to them.
# bats file_tags=fault,guests

load lib/bed
load lib/faults

teardown()
{
	faults_teardown
}

# Everything a user set up on a link, less what is the peer's
ip_config() # DOM
{
	on "$1" 'ip -o addr show dev argo0 | sed "s/^[0-9]*: //"
		ip route show dev argo0
		cat /sys/class/net/argo0/address /sys/class/net/argo0/ifindex'
}

# F1
@test "a guest is destroyed under traffic and a new one takes over" {
	local before

	HURT=g2
	pair_up
	traffic_start g1 g2 10.77.0.2
	before=$(ip_config g1)

	guest_destroy g2
	retry_until 20 no_carrier g1 argo0
	retry_until 20 in_state gone g1 argo0
	said g1 "argo0: domain [0-9]+ does not exist any more: 'ip link set argo0 type argonet peer DOMID' to go on"
	# the other end of it is gone
	TRAFFIC=g1
	traffic_stop

	guest_create g2
	argonet_add g2 argo0 2 peer "$(domid g1)"
	on g1 "ip link set argo0 type argonet peer $(domid g2)"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	run ip_config g1
	assert_output "$before"
	transfer g1 g2 10.77.0.2
	# One ring, for the new one: the old one's is given back.
	run rings g1
	assert_output "$(domid g2) 0x6e657400"
}

# B55 F18
@test "a link waits for a guest that is yet to come" {
	local next

	HURT=g2
	pair_up
	next=$(($(domid g2) + 1))
	# Not destroyed this time, but shutting down with everything open
	on g2 '(sleep 1; reboot -f) >/dev/null 2>&1 </dev/null &'
	retry_until 30 no_carrier g1 argo0
	retry_until 30 guest_is_gone g2
	retry_until 20 in_state gone g1 argo0

	on g1 "ip link set argo0 type argonet peer $next"
	in_state connecting g1 argo0
	guest_create g2
	assert_equal "$(domid g2)" "$next"
	no_carrier g1 argo0
	argonet_add g2 argo0 2 peer "$(domid g1)"
	# Nobody touches g1.
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g1 g2 10.77.0.2
}

# refusals_on, refusals: how often Xen had no room for a message of g1 in between
refusals_on()
{
	on g1 "cd /sys/kernel/tracing && echo >trace &&
		echo 'ret == -11 || ret == -16' >events/argo/argo_send/filter &&
		echo 1 >events/argo/argo_send/enable"
}

refusals()
{
	on g1 'cd /sys/kernel/tracing && echo 0 >events/argo/argo_send/enable
		echo 0 >events/argo/argo_send/filter
		grep -c " argo_send: " trace; true'
}

# B48 F2 F23
@test "a guest that stands still for 30 s takes carrier, and gives it back" {
	local changes

	HURT=g2
	pair_up 'ring-size 64K'
	traffic_start g1 g2 10.77.0.2
	on g1 'setsid ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	# dom0 has a link to it, too
	argonet_load dom0
	on g2 'ip link add argo9 type argonet peer 0 ring-size 64K &&
		ip addr add 10.79.0.2/24 dev argo9 && ip link set argo9 up'
	on dom0 "ip link add argo9 type argonet peer $(domid g2) ring-size 64K &&
		ip addr add 10.79.0.3/24 dev argo9 && ip link set argo9 up"
	retry_until 20 carrier dom0 argo9
	on dom0 'setsid ping -q -f -s 8000 10.79.0.2 >/dev/null 2>&1 </dev/null &'
	changes=$(carrier_changes g1 argo0)

	stand_still g2
	retry_until 15 in_state stalled g1 argo0
	no_carrier g1 argo0
	# Whoever has enough of waiting can unload the modules.
	retry_until 15 in_state stalled dom0 argo9
	on dom0 'killall -q ping; rmmod argonet && rmmod argo-core'
	refusals_on
	sleep 22
	in_state stalled g1 argo0
	# EAGAIN for so long: nobody tries all the time.
	run refusals
	echo "refused: $output"
	assert [ "$output" -le 50 ]
	# It stays at that: no flapping, nothing sent into the void.
	assert_equal "$(carrier_changes g1 argo0)" "$((changes + 1))"

	wake_up g2
	retry_until 20 carrier g1 argo0
	in_state up g1 argo0
	# More than one: the flood's answers overflow any ping's socket at first.
	retry_until 20 on g1 'ping -q -c 5 -i 0.2 -W 2 10.77.0.2'
	traffic_goes_on
	assert_equal "$(carrier_changes g1 argo0)" "$((changes + 2))"
	no_carrier g2 argo9
	run said g1 'argo0: (not read by|read again by) domain'
	assert_equal "${#lines[@]}" 2
	# Nothing about g1: what dom0 gave up, g2 has to find out. But g1 looked
	# after its ring, in which it found nothing for so long.
	run said xen "$XEN_ARGO.*vm$(domid g1)\\b"
	assert [ "$(grep -c 'disallowed reregistration of existing' <<<"$output")" -le 3 ]
	assert_equal "$(grep -v 'disallowed reregistration of existing' <<<"$output")" ''
}

# F10
@test "a guest is saved and restored under traffic" {
	local before

	HURT=g2
	pair_up
	traffic_start g1 g2 10.77.0.2
	before=$(domid g2)
	guest_save g2
	retry_until 20 no_carrier g1 argo0
	guest_restore g2
	assert [ "$(domid g2)" != "$before" ]

	# The number of g1 is that of before: somebody has to say that it is right.
	retry_until 20 in_state gone g2 argo0
	on g2 "ip link set argo0 type argonet peer $(domid g1)"
	retry_until 20 in_state gone g1 argo0
	on g1 "ip link set argo0 type argonet peer $(domid g2)"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g1 g2 10.77.0.2
	# Connections made before outlive it.
	traffic_goes_on
	traffic_stop

	# And it can be moved to another peer, and do without.
	argonet_add dom0 argo0 3 peer "$(domid g2)"
	on g2 'ip link set argo0 type argonet peer 0'
	retry_until 20 carrier dom0 argo0
	retry_until 20 carrier g2 argo0
	transfer dom0 g2 10.77.0.2
	on g2 'rmmod argonet && rmmod argo-core'
}

# F11
@test "a checkpoint leaves the rings alone" {
	local one two

	HURT=g2
	pair_up
	one=$(carrier_changes g1 argo0)
	two=$(carrier_changes g2 argo0)
	on g2 'cd /sys/kernel/tracing && echo >trace && echo 1 >events/argo/argo_register/enable'
	guest checkpoint g2
	retry_until 60 answers g2
	retry_until 20 on g1 'ping -q -c 1 -W 2 10.77.0.2'
	transfer g1 g2 10.77.0.2
	assert_equal "$(carrier_changes g1 argo0)" "$one"
	assert_equal "$(carrier_changes g2 argo0)" "$two"
	run on g2 'cd /sys/kernel/tracing && echo 0 >events/argo/argo_register/enable; grep -c ": argo_register: .* ret=0" trace'
	assert_output 0
}

# F12: to the machine where it is; xl moves it through a pipe instead of ssh.
# bats test_tags=migrate
@test "a guest is migrated under traffic" {
	local before

	HURT=g2
	# This host is the next one, too.
	pair_up '' 'rejoin on'
	traffic_start g1 g2 10.77.0.2
	before=$(domid g2)
	guest migrate g2
	assert [ "$(domid g2)" != "$before" ]
	# Of the old one there is nothing left to send to.
	retry_until 20 no_carrier g1 argo0
	run rings g2
	assert_output "$(domid g1) 0x6e657400"
	on g1 "ip link set argo0 type argonet peer $(domid g2)"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g1 g2 10.77.0.2
	traffic_goes_on
}

# F14
@test "the modules go right after a checkpoint, with nothing sent since" {
	HURT=g2
	pair_up
	guest checkpoint g2
	retry_until 60 answers g2
	on g2 'rmmod argonet && rmmod argo-core'
	retry_until 20 no_carrier g1 argo0
	argonet_add g2 argo0 2 peer "$(domid g1)"
	retry_until 20 carrier g1 argo0
	transfer g1 g2 10.77.0.2
}

# B29 F10: what is saved and restored with its number kept is taken for another
# domain that got the number of a dead one.
@test "a number that changes hands is not joined, unless that is allowed" {
	local number

	HURT=g2
	pair_up
	on g1 'setsid ip -d monitor link >/tmp/monitor 2>&1 </dev/null &'
	number=$(domid g2)
	guest save-number g2
	retry_until 20 in_state gone g1 argo0
	retry_until 10 on g1 'grep -q "argonet.* state gone" /tmp/monitor'
	on g1 'killall ip'
	guest_restore g2
	assert_equal "$(domid g2)" "$number"
	# It would like to have a link, and begins as anybody would.
	on g2 'rmmod argonet && rmmod argo-core'
	argonet_add g2 argo0 2 peer "$(domid g1)"
	sleep 15
	in_state gone g1 argo0
	no_carrier g1 argo0
	run rings g1
	assert_output ''
	# Nor does what has nothing to do with it bring the link back.
	on g1 'ip link set argo0 type argonet ring-size 64K'
	sleep 5
	in_state gone g1 argo0
	on g1 "ip link set argo0 type argonet peer $number"
	retry_until 20 carrier g1 argo0
	transfer g1 g2 10.77.0.2

	on g1 'ip link set argo0 type argonet rejoin on'
	guest save-number g2
	retry_until 20 no_carrier g1 argo0
	sleep 5
	in_state connecting g1 argo0
	guest_restore g2
	assert_equal "$(domid g2)" "$number"
	on g2 "ip link set argo0 down && ip link set argo0 up"
	retry_until 20 carrier g1 argo0
	transfer g1 g2 10.77.0.2
}

# F3
@test "a guest stands still, and is destroyed in the end" {
	HURT=g2
	pair_up 'ring-size 64K'
	on g1 'setsid ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	stand_still g2
	retry_until 15 in_state stalled g1 argo0
	guest_destroy g2
	retry_until 20 in_state gone g1 argo0
	on g1 'killall -q ping || true'
	guest_create g2
	argonet_add g2 argo0 2 peer "$(domid g1)"
	on g1 "ip link set argo0 type argonet peer $(domid g2)"
	retry_until 20 carrier g1 argo0
	transfer g1 g2 10.77.0.2
}

# F8, F9
@test "the toolstack's daemons stand still, links do not" {
	local changes

	pair_up
	changes=$(carrier_changes g1 argo0)
	traffic_start g1 g2 10.77.0.2
	on dom0 'killall -STOP xenstored xenconsoled'
	traffic_goes_on
	sleep 3
	traffic_goes_on
	on dom0 'killall -CONT xenstored xenconsoled'
	assert_equal "$(carrier_changes g1 argo0)" "$changes"
	traffic_stop
	transfer g1 g2 10.77.0.2
}
