#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Links as parts of something larger, as with any Ethernet device.
# bats file_tags=traffic

load lib/traffic
plain_queue

setup_file()
{
	traffic_install dom0 g1 g2
}

# in_ns DOM NETNS COMMAND
in_ns()
{
	on "$1" "ip netns exec $2 $3"
}

ns_carrier() # DOM NETNS DEVICE
{
	[ "$(in_ns "$1" "$2" "cat /sys/class/net/$3/carrier")" = 1 ]
}

# tcp_ns DOM NETNS DOM NETNS ADDRESS BYTES: a checked stream between namespaces.
tcp_ns()
{
	NETNS=$4 serve "$3" 5001 traffic tcp-recv 5001 "$SEED" "$6" &&
		in_ns "$1" "$2" "traffic tcp-send $5 5001 $SEED $6" &&
		served "$3" 5001
}

# bats test_tags=smoke
# B28
@test "both ends of a link in one domain, in two namespaces" {
	local id c

	id=$(domid g1)
	on g1 "modprobe argonet && ip netns add one && ip netns add two &&
		ip -n one link add self1 type argonet peer $id port 0x100 peer-port 0x200 &&
		ip link add self2 type argonet peer $id port 0x200 peer-port 0x100 &&
		ip link set self2 netns two &&
		ip -n one addr add 10.77.1.1/24 dev self1 &&
		ip -n two addr add 10.77.1.2/24 dev self2 &&
		ip -n one link set self1 up && ip -n two link set self2 up"
	retry_until 20 ns_carrier g1 one self1
	retry_until 20 ns_carrier g1 two self2
	tcp_ns g1 one g1 two 10.77.1.2 3000000
	tcp_ns g1 two g1 one 10.77.1.1 3000000
	# over the link, not around it
	c=$(NETNS=two counters g1 self2)
	assert [ "$(count link_rx_bytes "$c")" -gt 3000000 ]
	assert [ "$(count link_tx_bytes "$c")" -gt 3000000 ]
	assert_equal "$(count link_rx_errors "$c")" 0
	# one without the other
	in_ns g1 one 'ip link set self1 down'
	retry_until 5 in_ns g1 two 'grep -q 0 /sys/class/net/self2/carrier'
}

@test "a bridge in dom0 joins two guests" {
	local a b c

	a=$(domid g1)
	b=$(domid g2)
	on dom0 "modprobe argonet && ip netns add mid &&
		ip -n mid link add br1 type bridge forward_delay 0 && ip -n mid link set br1 up || exit
		for id in $a $b; do
			ip -n mid link add to\$id type argonet peer \$id &&
			ip -n mid link set to\$id master br1 &&
			ip -n mid link set to\$id up &&
			ip netns exec mid tc qdisc replace dev to\$id root pfifo limit 5000 || exit
		done"
	link_up g1 argo0 1 peer 0
	link_up g2 argo0 2 peer 0
	pings g1 10.77.0.2 '-M do -s 1472 10.77.0.2' fd77::2
	tcp_both 5000000
	tcp g2 g1 fd77::1 1000000
	udp_all g1 g2 10.77.0.2 500 1400 1 1000
	udp_all g2 g1 10.77.0.1 40 1000 40 20000
	assert_no_loss "$(counters g1 argo0)" "$(counters g2 argo0)"
	# through dom0, which did not take the frames apart
	c=$(NETNS=mid counters dom0 "to$a")
	assert [ "$(count link_rx_bytes "$c")" -gt 5000000 ]
	assert [ "$(count link_tx_bytes "$c")" -gt 5000000 ]
	assert [ "$(count link_rx_packets "$c")" -lt 3500 ]
	assert_equal "$(count link_tx_dropped "$c")" 0
}

# B7
@test "vlan: one tag and two" {
	local dom n before

	pair_up
	for dom in g1 g2; do
		n=${dom#g}
		on $dom "modprobe 8021q &&
			ip link add link argo0 name argo0.5 type vlan id 5 &&
			ip addr add 10.77.5.$n/24 dev argo0.5 && ip link set argo0.5 up &&
			ip link add link argo0 name argo0.7 type vlan proto 802.1ad id 7 &&
			ip link set argo0.7 up &&
			ip link add link argo0.7 name argo0.7.9 type vlan id 9 &&
			ip addr add 10.77.9.$n/24 dev argo0.7.9 && ip link set argo0.7.9 up"
	done
	pings g1 '-M do -s 1472 10.77.5.2' '-M do -s 1472 10.77.9.2'
	before=$(counters g1 argo0)
	tcp g1 g2 10.77.5.2 1000000
	# tagged streams are left unsegmented, too
	assert [ "$(count link_tx_packets "$(counters g1 argo0)" "$before")" -lt 350 ]
	tcp g2 g1 10.77.5.1 1000000
	tcp g1 g2 10.77.9.2 1000000
	tcp g2 g1 10.77.9.1 1000000
	udp_all g1 g2 10.77.5.2 200 1000 1 1000
	udp_all g1 g2 10.77.9.2 200 1000 40 20000
	# What a new VLAN announces before the other end has it is dropped there by
	# the stack, and counted as rx_dropped.
	assert_same_counts
	# the tag is there: the same network in another VLAN does not answer
	on g2 'ip link del argo0.5 && ip link add link argo0 name argo0.6 type vlan id 6 &&
		ip addr add 10.77.5.2/24 dev argo0.6 && ip link set argo0.6 up'
	run on g1 'ping -c 2 -i 0.2 -W 1 10.77.5.2'
	assert_failure
}

active() # DOM DEVICE
{
	[ "$(in_ns "$1" two 'cat /sys/class/net/bond1/bonding/active_slave')" = "$2" ]
}

@test "bonding: the other link takes over when one loses its carrier" {
	local dom peer

	for dom in g1 g2; do
		peer=$([ $dom = g1 ] && domid g2 || domid g1)
		on $dom "modprobe -a argonet && modprobe bonding max_bonds=0 &&
			ip netns add two &&
			ip -n two link add bond1 type bond mode active-backup miimon 50 &&
			ip -n two link add argo0 type argonet peer $peer &&
			ip -n two link add argo1 type argonet peer $peer port 0x1000 peer-port 0x1000 &&
			ip -n two link set argo0 master bond1 &&
			ip -n two link set argo1 master bond1 &&
			ip -n two addr add 10.77.0.${dom#g}/24 dev bond1 &&
			ip -n two link set bond1 type bond primary argo0 &&
			ip -n two link set bond1 up"
	done
	for dom in g1 g2; do
		retry_until 20 ns_carrier $dom two argo0
		retry_until 20 ns_carrier $dom two argo1
		retry_until 5 active $dom argo0
	done
	tcp_ns g1 two g2 two 10.77.0.2 1000000

	# while a stream flows
	NETNS=two serve g2 5001 traffic tcp-recv 5001 "$SEED" 20000000
	on_both "ip netns exec two traffic tcp-send 10.77.0.2 5001 $SEED 20000000" \
		'sleep 0.3; ip -n two link set argo0 down'
	served g2 5001
	retry_until 5 active g1 argo1
	retry_until 5 active g2 argo1
	tcp_ns g2 two g1 two 10.77.0.1 1000000

	# and back
	in_ns g2 two 'ip link set argo0 up'
	retry_until 10 active g1 argo0
	retry_until 10 active g2 argo0
	tcp_ns g1 two g2 two 10.77.0.2 1000000
}

@test "moved to another namespace and back" {
	pair_up
	tcp g1 g2 10.77.0.2 100000
	on g1 'ip netns add two && ip link set argo0 netns two &&
		ip -n two addr add 10.77.0.1/24 dev argo0 && ip -n two link set argo0 up'
	retry_until 20 ns_carrier g1 two argo0
	retry_until 20 carrier g2 argo0
	run on g1 'ip link show argo0'
	assert_failure
	assert_equal "$(NETNS=two info g1 argo0 peer)" "$(domid g2)"
	tcp_ns g1 two g2 '' 10.77.0.2 1000000
	NETNS=two serve g1 5001 traffic tcp-recv 5001 "$SEED" 1000000
	on g2 "traffic tcp-send 10.77.0.1 5001 $SEED 1000000"
	served g1 5001
	on g1 'ip -n two link set argo0 netns 1 &&
		ip addr add 10.77.0.1/24 dev argo0 && ip link set argo0 up'
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	tcp_both 1000000
}
