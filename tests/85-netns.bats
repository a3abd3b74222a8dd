#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Network namespaces that end under traffic.
# bats file_tags=fault,netns

load lib/bed
load lib/faults

teardown()
{
	faults_teardown
}

# As everywhere, a link goes with the namespace it was in.
# F28
@test "a namespace is deleted under traffic" {
	pair_up
	on g1 'ip netns add gone && ip link set argo0 netns gone &&
		ip -n gone addr add 10.77.0.1/24 dev argo0 && ip -n gone link set argo0 up'
	retry_until 20 carrier g2 argo0
	on g1 'setsid ip netns exec gone ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	on g2 'iperf3 -s -D'
	on g1 'setsid ip netns exec gone iperf3 -c 10.77.0.2 -t 3600 -i 0.5 --bidir -b 8M --forceflush >/tmp/tcp.log 2>&1 </dev/null &'
	retry_until 30 on g1 'grep "RX-C.* KBytes" /tmp/tcp.log'

	on g1 'ip netns del gone'
	# Programs in there keep the namespace alive until they end.
	on g1 'killall -q -9 ping iperf3'
	retry_until 20 no_carrier g2 argo0
	retry_until 20 on g1 '[ -z "$(sed 1d /sys/kernel/debug/argo/rings)" ]'
	on g1 'rmmod argonet'

	argonet_add g1 argo0 1 peer "$(domid g2)"
	retry_until 20 carrier g1 argo0
	transfer g1 g2 10.77.0.2
}

@test "two namespaces of one domain are deleted under traffic" {
	local self

	self=$(domid g1)
	argonet_load g1
	on g1 "ip netns add a && ip netns add b
		ip link add argo0 netns a type argonet peer $self port 1 peer-port 2
		ip link add argo0 netns b type argonet peer $self port 2 peer-port 1
		ip -n a addr add 10.77.0.1/24 dev argo0 && ip -n a link set argo0 up
		ip -n b addr add 10.77.0.2/24 dev argo0 && ip -n b link set argo0 up"
	retry_until 20 on g1 'ip netns exec a ping -q -c 1 -W 1 10.77.0.2'
	on g1 'ip netns exec b iperf3 -s -D
		setsid ip netns exec a iperf3 -c 10.77.0.2 -t 3600 -i 0.5 --bidir -b 8M --forceflush >/tmp/tcp.log 2>&1 </dev/null &'
	retry_until 30 on g1 'grep "RX-C.* KBytes" /tmp/tcp.log'
	on g1 'ip netns del a & ip netns del b & wait; killall -q -9 iperf3'
	retry_until 20 on g1 '[ -z "$(sed 1d /sys/kernel/debug/argo/rings)" ]'
	on g1 'rmmod argonet && rmmod argo-core'
}

@test "a link moves between namespaces and finds its peer again" {
	pair_up
	on g1 'ip netns add other && ip link set argo0 netns other'
	retry_until 20 no_carrier g2 argo0
	run on g1 'ip -n other -d link show argo0'
	assert_output --partial "peer $(domid g2) port 0x6e657400"
	assert_output --partial 'state down'
	on g1 'ip -n other addr add 10.77.0.1/24 dev argo0 && ip -n other link set argo0 up'
	retry_until 20 carrier g2 argo0
	retry_until 20 on g2 'ping -q -c 1 -W 2 10.77.0.1'
	on g1 'ip -n other link set argo0 netns 1 &&
		ip addr add 10.77.0.1/24 dev argo0 && ip link set argo0 up'
	retry_until 20 carrier g2 argo0
	transfer g1 g2 10.77.0.2
}
