#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# A link is used and changed by chance for a while. SOAK= is for how many seconds.
# CHAOS= is for how many of mishaps.
# bats file_tags=long

load lib/traffic
load lib/faults
plain_queue

SOAK=${SOAK:-20}

setup_file()
{
	traffic_install g1 g2
	# changes have to find the link where it was
	export BATS_TEST_TIMEOUT=$((BATS_TEST_TIMEOUT + SOAK + ${CHAOS:-0}))
}

# Memory that a domain cannot take back from its kernel, KiB
unreclaimable() # DOM
{
	on "$1" 'awk "/^(SUnreclaim|VmallocUsed|Percpu):/ { n += \$2 } END { print n }" /proc/meminfo'
}

any() # WORD...: one of them, in $it
{
	local i=$((RANDOM % $#))

	shift "$i"
	it=$1
}

# One change at one end; some take the link down for a moment.
change()
{
	local dom it

	any g1 g2
	dom=$it
	any ring mtu offload collect thread flap
	case $it in
	ring)	any 16K 64K 300000 1M 4M
		on "$dom" "ip link set argo0 type argonet ring-size $it";;
	mtu)	any 1280 1500 4000
		on "$dom" "ip link set argo0 mtu $it";;
	offload) any 'tso on' 'tso off' 'rx-gro-hw on' 'rx-gro-hw off' 'gro on' 'gro off'
		on "$dom" "ethtool -K argo0 $it";;
	collect) any 0 50 250 2000
		on "$dom" "ethtool -C argo0 tx-usecs $it";;
	thread)	any 0 1
		on "$dom" "echo $it >/sys/class/net/argo0/threaded";;
	flap)	on "$dom" "ip link set argo0 down; ip link set argo0 up";;
	esac
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
}

# Something that has to arrive in full
use()
{
	local it

	any "tcp g1 g2 10.77.0.2 3000000" "tcp g2 g1 10.77.0.1 3000000" \
		"tcp g1 g2 10.77.0.2 200000 100" "tcp g2 g1 10.77.0.1 30000 10" \
		"udp_all g1 g2 10.77.0.2 2000 1200" "udp_all g2 g1 10.77.0.1 3000 100" \
		"udp_all g1 g2 10.77.0.2 200 1000 40" "pings g2 10.77.0.1"
	$it
}

# F32
@test "soak: used and changed by chance" {
	local end dom rounds=0 before=() after

	RANDOM=$SEED
	pair_up 'queues 2'
	end=$((SECONDS + SOAK))
	while [ "$rounds" -lt 3 ] || [ "$SECONDS" -lt "$end" ]; do
		use
		change
		use
		rounds=$((rounds + 1))
		[ "$rounds" != 3 ] || before=("$(unreclaimable g1)" "$(unreclaimable g2)")
	done
	on_both 'ip link set argo0 type argonet ring-size 1M' \
		'ip link set argo0 type argonet ring-size 1M'
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	tcp_both 3000000
	# two rings of 4M in each are no leak
	for dom in 0 1; do
		after=$(unreclaimable g$((dom + 1)))
		echo "g$((dom + 1)), $rounds rounds: ${before[dom]} KiB, then $after"
		assert [ "$after" -lt $((before[dom] + 12000)) ]
	done
	assert_no_loss "$(counters g1 argo0)" "$(counters g2 argo0)"
}

# What happens to domains, by chance
mishap()
{
	local it

	any flap both reload_g1 reload_g2 vcpu lost pause netns balloon
	note "mishap: $it"
	case $it in
	flap)	on g1 'for _ in 1 2 3 4 5; do ip link set argo0 down; ip link set argo0 up; done';;
	both)	on_both 'ip link set argo0 down; ip link set argo0 up' \
			'ip link set argo0 down; ip link set argo0 up';;
	reload_g1) on g1 'rmmod argonet && rmmod argo-core'
		argonet_add g1 argo0 1 peer "$(domid g2)" queues 2;;
	reload_g2) on g2 'rmmod argonet && rmmod argo-core'
		argonet_add g2 argo0 2 peer "$(domid g1)" queues 2;;
	vcpu)	[ "$GUEST_VCPUS" -lt 2 ] || on g1 'cd /sys/devices/system/cpu/cpu1
			echo 0 >online; sleep 1; echo 1 >online';;
	lost)	lose_ring g2 "$(domid g1)" 0x6e657400;;
	pause)	guest_pause g2; sleep 3; guest_unpause g2;;
	netns)	on g1 'ip netns add gone && ip link set argo0 netns gone && ip netns del gone; sleep 1
			! [ -e /sys/class/net/argo0 ] || ip link del argo0'
		argonet_add g1 argo0 1 peer "$(domid g2)" queues 2;;
	balloon) on dom0 "xl mem-set g1 $((GUEST_MEM - 100)) && sleep 2 && xl mem-set g1 $GUEST_MEM";;
	esac
	retry_until 30 carrier g1 argo0
	retry_until 30 carrier g2 argo0
}

# F32: CHAOS= seconds of it
@test "soak: mishaps by chance" {
	local end rounds=0 before=() after dom

	test_modules >/dev/null
	RANDOM=$SEED
	pair_up 'queues 2'
	end=$((SECONDS + ${CHAOS:-SOAK}))
	while [ "$rounds" -lt 5 ] || [ "$SECONDS" -lt "$end" ]; do
		traffic_start g1 g2 10.77.0.2
		mishap
		traffic_stop
		transfer g1 g2 10.77.0.2
		rounds=$((rounds + 1))
		[ "$rounds" != 5 ] || before=("$(unreclaimable g1)" "$(unreclaimable g2)")
	done
	for dom in 0 1; do
		after=$(unreclaimable g$((dom + 1)))
		echo "g$((dom + 1)), $rounds rounds: ${before[dom]} KiB, then $after"
		assert [ "$after" -lt $((before[dom] + 12000)) ]
	done
}
