#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# One guest does its worst to another, which has a link to dom0, too: that one goes on.
# The tags are rows of "Bad inputs" in docs/testing.md.
# bats file_tags=hostile,bystander

load lib/traffic
load lib/faults
load lib/hostile

# How long each attack lasts
FLOOD=${FLOOD:-6}

setup_file()
{
	hostile_install
	on g2 'printf "%s\n" "#!/bin/sh" "while :; do :; done" >/tmp/busy && chmod +x /tmp/busy'
}

teardown_file()
{
	on g2 'killall -q busy; true'
	hostile_uninstall
}

teardown()
{
	on g2 'killall -q busy say; true'
	faults_teardown
}

# argo0 between g1 and g2, argo9 between dom0 and g1
links()
{
	hostile_pair
	argonet_load dom0
	on dom0 "ip link add argo9 type argonet peer $(domid g1) port 0x900 peer-port 0x900 &&
		ip addr add 10.79.0.3/24 dev argo9 && ip link set argo9 up"
	on g1 'ip link add argo9 type argonet peer 0 port 0x900 peer-port 0x900 &&
		ip addr add 10.79.0.1/24 dev argo9 && ip link set argo9 up'
	retry_until 20 carrier g1 argo9
	on dom0 'ping -q -c 2 -i 0.2 10.79.0.1'
	serve g1 5201 iperf3 -s
	CHANGES=$(carrier_changes g1 argo9)
}

# The bystander: how much its stream carries and its ping's loss, for FLOOD - 2
# seconds, in $stream (bytes) and $lost
bystander()
{
	run on dom0 "ping -q -i 0.1 -w $((FLOOD - 2)) 10.79.0.1 >/tmp/ping &
		iperf3 -J -i 0 -c 10.79.0.1 -t $((FLOOD - 2)); wait; cat /tmp/ping"
	assert_success
	stream=$(received)
	lost=$(sed -n 's/.* \([0-9]*\)% packet loss.*/\1/p' <<<"$output")
}

# What the guest holds and cannot give back, pages of rings included, KiB
held_memory()
{
	on g1 'echo 3 >/proc/sys/vm/drop_caches
		awk "/^MemAvailable:/ { print \$2 }" /proc/meminfo'
}

# attack LINE: the bystander carries at least half of what it does while g2 keeps as
# many vCPUs busy with something else: Xen's scheduler is fair to g2, too.
attack()
{
	local stream lost before memory

	on g2 '(setsid /tmp/busy >/dev/null 2>&1 </dev/null &)'
	bystander
	before=$stream
	on g2 'killall busy'
	memory=$(held_memory)

	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/attack"
	"$BED" put g2 "$BATS_TEST_TMPDIR/attack"
	on g2 "(setsid say $(domid g1) ${G1_MAC//:/} ${G2_MAC//:/} </tmp/attack >/tmp/attacked 2>&1 &)
		sleep 1"
	bystander
	# it has lasted for as long as that, and did something
	retry_until 20 on g2 '! pidof say'
	run on g2 'cat /tmp/attacked'
	echo "$output; bystander: $before, then $stream bytes, $lost % lost"
	assert_output --regexp '^[a-z]+ [0-9]+$'
	assert [ "${output#* }" -gt "${2:-1000}" ]
	assert [ "$stream" -ge $((before / 2)) ]
	# one may be under way in the end
	assert [ "$lost" -le 5 ]

	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g2 g1 10.77.0.1
	retry_until 10 memory_is_back "$memory"
}

memory_is_back() # KIB
{
	local m

	m=$(held_memory)
	echo "$1 KiB before, $m KiB now"
	[ "$m" -gt $(($1 - 2500)) ]
}

@test "bystander: a flood of the smallest frames (B46)" {
	links
	attack "flood $FLOOD 14"
}

@test "bystander: a flood of the largest frames (B47)" {
	links
	attack "flood $FLOOD 65558" 100
}

@test "bystander: endless queries of the rings (B54)" {
	links
	attack "spin $FLOOD" 100
}

# Its ring for g1 comes and goes while g1 sends: it has a second link for that.
@test "bystander: a ring comes and goes (B50), and is tiny (B52)" {
	links
	on g1 "ip link add argo5 type argonet peer $(domid g2) port 0x500 peer-port 0x500 &&
		ip addr add 10.75.0.1/24 dev argo5 && ip link set argo5 up"
	attack "churn $FLOOD $((0x500 - 0x6e657400 & 0xffffffff)) 4032"
	# 48 bytes take not even a HELLO: nobody hurries.
	say "register $((0x500 - 0x6e657400 & 0xffffffff)) 48"
	on g1 'cd /sys/kernel/tracing && echo >trace && echo 1 >events/argo/argo_send/enable'
	sleep 5
	run on g1 'cd /sys/kernel/tracing && echo 0 >events/argo/argo_send/enable
		grep -c "argo_send: .*port=0x500 " trace'
	echo "sent: $output"
	say "unregister $((0x500 - 0x6e657400 & 0xffffffff))"
	assert [ "$output" -lt 50 ]
	in_state connecting g1 argo5
	on g1 'ip link del argo5'
}

# B53
@test "bystander: all rings that a domain can have" {
	links
	on dom0 'setsid ping -q -c 20 -i 0.1 10.79.0.1 >/tmp/ping 2>&1 </dev/null &'
	run say 'rings 3'
	assert_success
	assert_output --regexp '^had 1[0-2][0-9] rings$'
	run on dom0 'cat /tmp/ping'
	assert_output --partial ' 20 received'
	transfer g2 g1 10.77.0.1
	assert_equal "$(carrier_changes g1 argo9)" "$CHANGES"
}

# B51: what fitted does not any more.
@test "bystander: a ring of another size between two sends" {
	local size

	links
	on g1 'setsid ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	for size in 64K 16K 300000 1M; do
		on g2 "ip link set argo0 type argonet ring-size $size"
		sleep 0.3
	done
	on g1 'killall -q ping || true'
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g2 g1 10.77.0.1
	assert_equal "$(carrier_changes g1 argo9)" "$CHANGES"
}

# B48, B49: 70-guests.bats has one that stands still, 33-holders.bats slow readers.
