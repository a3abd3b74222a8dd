#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# A link's life: made, refused, bound, bound again, down and up.
# bats file_tags=fault,link

load lib/bed
load lib/faults

teardown()
{
	faults_teardown
}

@test "a link is made and printed back with what was asked for" {
	argonet_load g1
	on g1 'ip link add argo0 type argonet peer 77 port 0x1000 peer-port 8192 ring-size 64K queues 3'
	run on g1 'ip -d link show argo0'
	assert_output --partial 'argonet peer 77 port 0x1000 peer-port 0x2000 ring-size 65536 queues 3 rejoin off state down'
	run on g1 'ip -d -j link show argo0'
	assert_output --partial '"peer":77,"port":4096,"peer_port":8192,"ring_size":65536,"queues":3,"rejoin":false,"state":"down"'
}

# B59 B60 B62
@test "every refusal says why" {
	argonet_load g1
	on g1 'ip link add argo8 type argonet peer 77 port 0x1000 queues 4
		ip link add argo7 type argonet peer 77'
	run on g1 'ip -d link show argo7'
	before=$output

	refuse g1 <<-'END'
	ip link add argo9 type argonet peer 32752 => peer is no domain: domids from 0x7ff0 on are reserved
	ip link add argo9 type argonet peer 0x7ff4 => peer is no domain: domids from 0x7ff0 on are reserved
	ip link add argo9 type argonet peer 65535 => peer is no domain: domids from 0x7ff0 on are reserved
	ip link add argo9 type argonet peer 65536 => peer "65536" is not a domain id, 0 to 65535
	ip link add argo9 type argonet peer -1 => peer "-1" is not a domain id
	ip link add argo9 type argonet peer 1x => peer "1x" is not a domain id
	ip link add argo9 type argonet peer g2 => peer "g2" is not a domain id
	ip link add argo9 type argonet peer => "peer" needs a value: a domain id
	ip link add argo9 type argonet peer 1 peer 2 => "peer" given twice
	ip link add argo9 type argonet pear 1 => unknown word "pear"
	ip link add argo9 type argonet state up => unknown word "state"
	ip link add argo9 type argonet peer 1 ring-size 0 => ring size must be from 4096 bytes to 16 MiB
	ip link add argo9 type argonet peer 1 ring-size 4095 => ring size must be from 4096 bytes to 16 MiB
	ip link add argo9 type argonet peer 1 ring-size 16777217 => ring size must be from 4096 bytes to 16 MiB
	ip link add argo9 type argonet peer 1 ring-size 17M => ring size must be from 4096 bytes to 16 MiB
	ip link add argo9 type argonet peer 1 ring-size 4096M => ring-size "4096M" is not bytes below 4G
	ip link add argo9 type argonet peer 1 queues 0 => there can be 1 to 16 queues
	ip link add argo9 type argonet peer 1 queues 17 => there can be 1 to 16 queues
	ip link add argo9 numtxqueues 1 type argonet peer 1 queues 2 => more queues than numtxqueues or numrxqueues
	ip link add argo9 type argonet peer 1 port 0xffffffff => port too large: each queue takes one more
	ip link add argo9 type argonet peer 1 peer-port 0xfffffff0 => port too large: each queue takes one more
	ip link add argo9 type argonet peer 77 => port in use for this peer, choose another
	ip link add argo9 type argonet peer 77 port 0x1003 => port in use for this peer
	ip link add argo9 type argonet peer 77 port 0xfff queues 2 => port in use for this peer
	ip link add argo9 address 01:00:5e:00:00:01 type argonet => address is multicast or zero
	ip link add argo9 address 00:00:00:00:00:00 type argonet => address is multicast or zero
	ip link add argo9 address 02:00:01 type argonet => not an Ethernet address
	ip link add argo9 mtu 67 type argonet => mtu less than device minimum
	ip link add argo9 mtu 65522 type argonet => mtu greater than device maximum
	ip link set argo7 mtu 67 => mtu less than device minimum
	ip link set argo7 mtu 65522 => mtu greater than device maximum
	ip link set argo7 address 01:00:5e:00:00:01 => Cannot assign requested address
	ip link set argo7 type argonet queues 2 => queues cannot be changed, add the link anew
	ip link set argo7 type argonet peer 0x7ff0 => peer is no domain
	ip link set argo7 type argonet port 0x1002 => port in use for this peer
	ip link set argo7 type argonet ring-size 4095 => ring size must be
	unshare -S 65534 -G 65534 ip link add argo9 type argonet => Operation not permitted
	unshare -Urn ip link add argo9 type argonet => needs CAP_NET_ADMIN in the initial user namespace
	END

	# Nothing of it left a trace, and the next ports are free.
	run on g1 'ip -d link show argo7'
	assert_output "$before"
	run on g1 'ip -o link show type argonet | wc -l'
	assert_output 2
	on g1 'ip link add argo9 type argonet peer 77 port 0x1004 &&
		ip link add argo6 type argonet peer 78 port 0x1003'
}

# B59
@test "another user namespace's root cannot bind a link it was given" {
	argonet_load g1
	on g1 'ip link add argo0 type argonet
		setsid unshare -Urn sleep 600 >/dev/null 2>&1 </dev/null & echo $! >/tmp/ns
		sleep 1
		ip link set argo0 netns "$(pidof sleep)"'
	refuse g1 <<-'END'
	nsenter -t $(pidof sleep) -U -n --preserve-credentials ip link set argo0 type argonet peer 0 => needs CAP_NET_ADMIN in the initial user namespace
	nsenter -t $(pidof sleep) -U -n --preserve-credentials ip link set argo0 type argonet ring-size 128K => needs CAP_NET_ADMIN in the initial user namespace
	nsenter -t $(pidof sleep) -U -n --preserve-credentials ethtool -G argo0 rx 1048576 => needs CAP_NET_ADMIN in the initial user namespace
	END
	run on g1 'nsenter -t $(pidof sleep) -n ip -d link show argo0'
	assert_output --partial 'ring-size 1179648'
	on g1 'nsenter -t $(pidof sleep) -n ip link set argo0 type argonet peer 0'
	on g1 'kill $(pidof sleep)'
}

@test "a link made without arguments is bound later" {
	argonet_load g1 g2
	on g1 'ip link add type argonet && ip link set argonet0 name argo0'
	in_state unbound g1 argo0
	on g1 'ip link set argo0 up'
	in_state unbound g1 argo0
	no_carrier g1 argo0

	on g1 "ip addr add 10.77.0.1/24 dev argo0; ip link set argo0 type argonet peer $(domid g2)"
	in_state connecting g1 argo0
	no_carrier g1 argo0
	argonet_add g2 argo0 2 peer "$(domid g1)"
	retry_until 20 in_state up g1 argo0
	carrier g1 argo0
	transfer g1 g2 10.77.0.2

	on g1 'ip link set argo0 down'
	in_state down g1 argo0
}

@test "ip works with argonet without the plugin" {
	argonet_load g1
	on g1 'export IP_LIB_DIR=/nonexistent
		ip link add type argonet && ip -d link show argonet0 && ip link del argonet0'
	# The words do need it: were it found after all, this would show.
	run on g1 'IP_LIB_DIR=/nonexistent ip link add argo0 type argonet peer 1'
	assert_failure
}

@test "one end down takes carrier from the other at once, up brings it back" {
	local end

	pair_up
	for end in g1 g2; do
		on "$end" 'ip link set argo0 down'
		retry_until 5 no_carrier g1 argo0 || retry_until 5 no_carrier g2 argo0
		on "$end" 'ip link set argo0 up'
		retry_until 20 carrier g1 argo0
		retry_until 20 carrier g2 argo0
		transfer g1 g2 10.77.0.2
	done
	# It was told so, it did not have to find out.
	run said g1 'argo0: disconnected by domain'
	assert_success
	run said g2 'argo0: disconnected by domain'
	assert_success
	run said g1 'argo0: no ring any more'
	assert_failure
}

# F7
@test "fifty flaps under traffic" {
	pair_up
	traffic_start g1 g2 10.77.0.2
	# The first ones wait for carrier, later ones come while it connects.
	cat >"$BATS_TEST_TMPDIR/flap" <<-'END'
	for i in $(seq 25); do
		ip link set argo0 down
		ip link set argo0 up
		[ "$i" -le 8 ] || [ "$i" = 25 ] || continue
		n=0
		until [ "$(cat /sys/class/net/argo0/carrier)" = 1 ]; do
			n=$((n + 1))
			[ $n -lt 400 ] || { echo "no carrier after flap $i"; exit 1; }
			sleep 0.05
		done
	done
	END
	on_script g1 "$BATS_TEST_TMPDIR/flap"
	on_script g2 "$BATS_TEST_TMPDIR/flap"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	traffic_goes_on
}

@test "both ends flap at once" {
	local d pids=()

	pair_up
	traffic_start g1 g2 10.77.0.2
	for d in g1 g2; do
		on "$d" 'for i in $(seq 12); do ip link set argo0 down; ip link set argo0 up; done' &
		pids+=($!)
	done
	wait "${pids[@]}"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	traffic_goes_on
}

@test "a link is bound to another peer and back under traffic" {
	pair_up
	argonet_add dom0 argo0 3 peer "$(domid g1)"
	in_state connecting dom0 argo0
	traffic_start g1 g2 10.77.0.2

	on g1 'ip link set argo0 type argonet peer 0'
	retry_until 20 carrier dom0 argo0
	retry_until 20 no_carrier g2 argo0
	retry_until 20 on g1 'ping -q -c 1 -W 2 10.77.0.3'

	on g1 "ip link set argo0 type argonet peer $(domid g2)"
	retry_until 20 carrier g2 argo0
	retry_until 20 no_carrier dom0 argo0
	traffic_goes_on
}

@test "ports and ring size change while the link is up" {
	pair_up
	on g1 'ip link set argo0 type argonet port 0x4000 ring-size 128K'
	retry_until 20 no_carrier g2 argo0
	in_state connecting g1 argo0
	run rings g1
	assert_output "$(domid g2) 0x4000"
	on g2 'ip link set argo0 type argonet peer-port 0x4000'
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	run on g2 'ip -d link show argo0'
	assert_output --partial 'peer-ring-size 131072'
	transfer g1 g2 10.77.0.2
}

@test "what is asked for and so already changes nothing" {
	local before

	pair_up
	before=$(on g1 'cat /sys/class/net/argo0/carrier_changes')
	on g1 "for i in 1 2 3; do
			ip link set argo0 type argonet ring-size 1152K peer $(domid g2) queues 1 &&
			ip link set argo0 type argonet || exit
		done"
	transfer g1 g2 10.77.0.2
	assert_equal "$(on g1 'cat /sys/class/net/argo0/carrier_changes')" "$before"
	run said g2 'argo0: disconnected by domain'
	assert_failure
}

# One that does not exist, and one that lives without argonet
# F18
@test "waiting for a domain is quiet" {
	argonet_add g1 argo0 1 peer 30000
	argonet_add g1 argo1 2 peer 0
	sleep 5
	in_state connecting g1 argo0
	in_state connecting g1 argo1
	no_carrier g1 argo0
	run said g1 argo
	assert [ "${#lines[@]}" -le 3 ]
	run said xen "$XEN_ARGO"
	assert_output ''
}
