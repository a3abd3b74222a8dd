#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Guests that have little memory: what they are asked for is refused or waits, and
# no process has to die for it.
# bats file_tags=memory

load lib/traffic
plain_queue

# The second one; the first is as large as everywhere.
SMALL=224

setup_file()
{
	guest_destroy g2
	GUEST_MEM=$SMALL guest_create g2
	traffic_install g1 g2
}

teardown_file()
{
	on dom0 "xl mem-set g1 $GUEST_MEM"
	guest_destroy g2
	guest_create g2
}

killed() # DOM: processes that died for want of memory
{
	on "$1" 'sed -n "s/^oom_kill //p" /proc/vmstat'
}

# big_links: makes links of 64 MiB, one after the other, until one does not come up.
big_links()
{
	on g2 'for i in $(seq 16); do
			ip link add big$i type argonet peer 30000 port $((i << 16)) \
				ring-size 16M queues 4 || exit
			ip link set big$i up || exit 0
		done
		echo "more memory than there is"
		exit 1'
}

# F26
@test "memory: rings for which there is none are refused, other links go on" {
	local n=60000000 dom before changes

	pair_up 'queues 4 ring-size 64K'
	changes=$(on g2 'cat /sys/class/net/argo0/carrier_changes')
	for dom in g1 g2; do
		on $dom "ip link add argo1 type argonet peer $([ $dom = g1 ] && domid g2 || domid g1) \
				port 0x100 peer-port 0x100 ring-size 256K &&
			ip addr add 10.79.0.${dom#g}/24 dev argo1 && ip link set argo1 up"
	done
	retry_until 20 carrier g2 argo1
	before=$(killed g2)
	serve g2 5001 traffic tcp-recv 5001 "$SEED" $n
	on g1 "setsid traffic tcp-send 10.79.0.2 5001 $SEED $n >/dev/null 2>&1 </dev/null &"

	run big_links
	assert_success
	assert_output --partial 'Cannot allocate memory'
	run on g2 'ip link set argo0 type argonet ring-size 16M'
	assert_failure
	assert_output --partial 'no memory for the rings, the link stays as it was'
	run on g2 'ethtool -G argo0 rx 1048576'
	assert_failure
	served g2 5001
	# refused, and so it was before and goes on
	assert_equal "$(info g2 argo0 ring-size)" 65536
	assert_equal "$(on g2 'cat /sys/class/net/argo0/carrier_changes')" "$changes"
	tcp_both 1000000
	tcp g1 g2 10.79.0.2 3000000
	tcp g2 g1 10.79.0.1 3000000
	assert_equal "$(killed g2)" "$before"

	# With less to hold the same is granted.
	on g2 'for i in $(seq 16); do ! [ -e /sys/class/net/big$i ] || ip link del big$i; done
		ip link set argo0 type argonet ring-size 1M'
	assert_equal "$(info g2 argo0 ring-size)" 1048576
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	tcp_both 1000000
	assert_equal "$(killed g2)" "$before"
}

memory() # DOM: how much it has, MiB
{
	on "$1" 'awk "\$1 == \"MemTotal:\" { print int(\$2 / 1024) }" /proc/meminfo'
}

has_about() # DOM MIB
{
	local m

	m=$(memory "$1")
	[ "$m" -gt $(($2 - 10)) ] && [ "$m" -lt $(($2 + 10)) ]
}

# F27
@test "memory: a guest shrinks to 150 MiB and grows again under traffic" {
	local n=60000000 before full

	pair_up
	before=$(killed g1)
	full=$(memory g1)
	serve g1 5001 traffic tcp-recv 5001 "$SEED" $n
	on g2 "setsid traffic tcp-send 10.77.0.1 5001 $SEED $n >/dev/null 2>&1 </dev/null &"
	on dom0 'xl mem-set g1 150'
	# what the kernel keeps for itself is not part of it
	retry_until 30 has_about g1 $((full - GUEST_MEM + 150))
	served g1 5001
	tcp_both 20000000
	udp_all g2 g1 10.77.0.1 2000 1400
	on dom0 "xl mem-set g1 $GUEST_MEM"
	retry_until 30 has_about g1 "$full"
	assert_equal "$(killed g1)" "$before"
	tcp_both 2000000
	assert_intact
}
