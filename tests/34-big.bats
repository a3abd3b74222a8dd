#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the shells of domains expand it
# Frames longer than 64 KiB (BIG TCP): only after the user asked for them, only
# of families that the peer takes them of, and never lost when that changes.
# bats file_tags=traffic

load lib/traffic
plain_queue

setup_file()
{
	traffic_install dom0 g1 g2
	tool_install gso dom0 g1 g2
}

gso_is() # DOM SIZE-OF-IPV6 SIZE-OF-IPV4
{
	local now want="gso_max_size $2 gso_ipv4_max_size $3"

	big_ipv4 || want="gso_max_size $2 gso_ipv4_max_size 0"
	now=$(on "$1" 'gso argo0')
	echo "$now, not $want"
	[ "$now" = "$want" ]
}

# How many long frames came to g2 with a stream of 20 MB from g1
big_frames() # ADDRESS
{
	local before

	before=$(counters g2 argo0)
	tcp g1 g2 "$1" 20000000 >&2 || return
	count rx_big "$(counters g2 argo0)" "$before"
}

assert_big() # ADDRESS
{
	local n

	n=$(big_frames "$1")
	echo "$1: $n long frames"
	assert [ "$n" -gt 10 ]
}

assert_ordinary() # ADDRESS
{
	assert_equal "$(big_frames "$1")" 0
}

# bats test_tags=smoke
@test "big: nothing longer than 64 KiB before the user says so" {
	pair_up
	assert_equal "$(info g1 argo0 features)" "$(all_features)"
	assert_equal "$(info g1 argo0 peer-features)" "$(all_features)"
	assert_equal "$(info g1 argo0 peer-max-frame)" 229398
	gso_is g1 65536 65536
	assert_ordinary 10.77.0.2
	assert_ordinary fd77::2
	assert_intact
}

# bats test_tags=smoke
@test "big: long frames over both families, both ways" {
	pair_up
	on_both "gso argo0 $BIG" "gso argo0 $BIG"
	gso_is g1 "$BIG" "$BIG"
	assert_big fd77::2
	if big_ipv4; then
		assert_big 10.77.0.2
	else
		assert_ordinary 10.77.0.2
	fi
	tcp_both 20000000
	tcp g2 g1 fd77::1 20000000
	pings g1 10.77.0.2 '-s 20000 fd77::2'
	udp_all g1 g2 10.77.0.2 200 1000 40 20000
	assert_intact
}

@test "big: more than the driver can is refused" {
	pair_up
	run on g1 "gso argo0 $((BIG + 1))"
	assert_failure
	gso_is g1 65536 65536
}

@test "big: chosen before there is a peer" {
	on g1 "modprobe argonet && ip link add argo0 type argonet && gso argo0 $BIG"
	gso_is g1 "$BIG" "$BIG"
	on g1 'ip link del argo0'
}

@test "big: a peer whose ring is too small gets ordinary frames" {
	pair_up '' 'ring-size 64K'
	# half of its ring
	assert [ "$(info g1 argo0 peer-max-frame)" -lt 33000 ]
	run on g1 "gso argo0 $BIG"
	assert_failure
	# while there is no peer, all is allowed
	on g1 "ip link set argo0 down && gso argo0 $BIG && ip link set argo0 up &&
		ip addr replace fd77::1/64 dev argo0 nodad"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	assert [ "$(on g1 'gso argo0' | awk '{ print $2 }')" -lt 33000 ]
	tcp g1 g2 10.77.0.2 5000000
	tcp g1 g2 fd77::2 5000000
	assert_intact
	# the user's choice comes back with a larger one
	on g2 'ethtool -G argo0 rx 262144'
	retry_until 20 gso_is g1 "$BIG" "$BIG"
	retry_until 20 carrier g1 argo0
	assert_big fd77::2
}

@test "big: the receiver takes it back, and offers it again" {
	pair_up
	on g1 "gso argo0 $BIG"
	assert_big fd77::2
	on g2 'ethtool -K argo0 rx-gro-hw off'
	retry_until 5 peer_takes g1 csum
	gso_is g1 65536 65536
	tcp g1 g2 10.77.0.2 5000000
	tcp g1 g2 fd77::2 5000000
	on g2 'ethtool -K argo0 rx-gro-hw on'
	retry_until 5 peer_takes g1 "$(all_features)"
	gso_is g1 "$BIG" "$BIG"
	assert_big fd77::2
	assert_intact
}

# What the user chooses while there is less to choose from stays chosen.
@test "big: the user's choice outlives the peer's" {
	pair_up
	on g1 "gso argo0 $BIG"
	on g2 'ethtool -K argo0 rx-gro-hw off'
	retry_until 5 peer_takes g1 csum
	on g1 'gso argo0 30000'
	on g2 'ethtool -K argo0 rx-gro-hw on'
	retry_until 5 peer_takes g1 "$(all_features)"
	gso_is g1 30000 30000
	on g1 "gso argo0 $BIG"
	on g2 'ip link set argo0 down'
	retry_until 20 no_carrier g1 argo0
	gso_is g1 "$BIG" "$BIG"
	on g2 'ip link set argo0 up'
	retry_until 20 carrier g1 argo0
	gso_is g1 "$BIG" "$BIG"
}

@test "big: receivers change their minds under traffic" {
	pair_up
	on g1 "gso argo0 $BIG"
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 40000000
	on_both "traffic tcp-send fd77::2 5001 $SEED 40000000" \
		'for i in 1 2 3 4 5; do
			ethtool -K argo0 rx-gro-hw off && sleep 0.2
			ethtool -K argo0 rx-gro-hw on && sleep 0.2
			ip link set argo0 mtu $((1500 + i * 1000)) && sleep 0.2
		done'
	served g2 5001
	retry_until 5 peer_takes g1 "$(all_features)"
	assert_intact
}

@test "big: vlan" {
	local dom n

	pair_up
	for dom in g1 g2; do
		n=${dom#g}
		on $dom "modprobe 8021q && gso argo0 $BIG &&
			ip link add link argo0 name argo0.5 type vlan id 5 &&
			ip addr add 10.77.5.$n/24 dev argo0.5 &&
			ip addr add fd78::$n/64 dev argo0.5 nodad &&
			gso argo0.5 $BIG && ip link set argo0.5 up"
	done
	assert_big fd78::2
	if big_ipv4; then
		assert_big 10.77.5.2
	fi
	assert_same_counts
}

@test "big: forwarded by a bridge in dom0, or cut up there" {
	local a b

	a=$(domid g1)
	b=$(domid g2)
	on dom0 "modprobe argonet && ip netns add mid &&
		ip -n mid link add br1 type bridge forward_delay 0 && ip -n mid link set br1 up || exit
		for id in $a $b; do
			ip -n mid link add to\$id type argonet peer \$id &&
			ip -n mid link set to\$id master br1 &&
			ip -n mid link set to\$id up &&
			ip netns exec mid tc qdisc replace dev to\$id root pfifo limit 20000 || exit
		done"
	link_up g1 argo0 1 peer 0
	link_up g2 argo0 2 peer 0
	on g1 "gso argo0 $BIG"
	# what leaves dom0 is cut into segments, as nobody allowed more there
	tcp g1 g2 fd77::2 5000000
	tcp g1 g2 10.77.0.2 5000000
	on dom0 "ip netns exec mid gso to$b $BIG"
	assert_big fd77::2
	if big_ipv4; then
		assert_big 10.77.0.2
	fi
	assert_no_loss "$(counters g1 argo0)" "$(counters g2 argo0)"
}

@test "big: routed by dom0 to its netfront network" {
	on dom0 "modprobe argonet && sysctl -q -w net.ipv4.ip_forward=1 &&
		ip link add tog1 type argonet peer $(domid g1) &&
		ip addr add 10.79.0.254/24 dev tog1 && ip link set tog1 up"
	on g1 "ip link add argo0 type argonet peer 0 &&
		ip addr add 10.79.0.1/24 dev argo0 && ip link set argo0 up"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier dom0 tog1
	on g1 "gso argo0 $BIG && ip route replace 10.78.0.2 via 10.79.0.254"
	on g2 'ip addr replace 10.78.0.2/24 dev net0 && ip link set net0 up &&
		ip route replace 10.79.0.0/24 via 10.78.0.254'
	retry_until 10 on g1 'ping -q -c 1 -W 1 10.78.0.2'
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 5000000
	on g1 "traffic tcp-send 10.78.0.2 5001 $SEED 5000000"
	served g2 5001
	on dom0 'ip link del tog1; sysctl -q -w net.ipv4.ip_forward=0'
	on g2 'ip route del 10.79.0.0/24; ip link set net0 down; ip addr flush dev net0'
}
