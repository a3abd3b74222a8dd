#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # domains' shells expand it, logs.bash uses it
# XDP programs at a link: what each verdict does to the frame, to those around
# it, and to the counters. tests/tools/xdp.bpf.c has the programs.
# bats file_tags=traffic

load lib/traffic
plain_queue

setup_file()
{
	local tool=$BUILD/tests/xdp.o src=$BATS_TEST_DIRNAME/tools/xdp.bpf.c

	traffic_install g1 g2
	tool_install gso g1
	if [ ! "$tool" -nt "$src" ]; then
		clang -O2 -g -Wall -Werror -target bpf \
			-I/usr/include/x86_64-linux-gnu -c "$src" -o "$tool.$$"
		mv "$tool.$$" "$tool"
	fi
	"$BED" put g1 "$tool" /tmp/xdp.o
	"$BED" put g2 "$tool" /tmp/xdp.o
}

# attach DOM PROGRAM: in the driver, not in the stack
attach()
{
	on "$1" "ip -force link set dev argo0 xdpdrv object /tmp/xdp.o program $2"
}

detach() # DOM
{
	on "$1" 'ip link set dev argo0 xdpdrv off'
}

# rose DOM DEVICE COUNTER EARLIER
rose()
{
	count "$3" "$(counters "$1" "$2")" "$4"
}

# What g1 ever sent over argo1, g2 received. The kernel sends a frame of its own
# now and then, so each try looks at both ends.
all_came_over()
{
	[ "$(count link_tx_packets "$(counters g1 argo1)")" = \
		"$(count link_rx_packets "$(counters g2 argo1)")" ]
}

# Of 20 echo requests, g1's stack has the answers to all or none.
echoes() # ALL-OR-NONE [OPTIONS...]
{
	local all=$1

	shift
	run on g1 "ping -q -c 20 -i 0.02 -W 1 $* 10.77.0.2"
	case $all in
	all) assert_line --regexp '^20 packets transmitted, 20 received' ;;
	none) assert_line --regexp '^20 packets transmitted, 0 received' ;;
	esac
}

echoes_seen() # DOM
{
	on "$1" "awk '/^Icmp:/ && !n { for (n = 1; \$n != \"InEchos\"; n++) ; next }
		/^Icmp:/ { print \$n }' /proc/net/snmp"
}

# A second link between the guests: where "redirect" sends to.
second_link()
{
	on_both "ip link add argo1 index 77 type argonet peer $(domid g2) port 7000 peer-port 7000 &&
			ip link set argo1 mtu ${MTU1:-1500} up" \
		"ip link add argo1 type argonet peer $(domid g1) port 7000 peer-port 7000 &&
			ip link set argo1 mtu ${MTU2:-1500} up"
	retry_until 20 carrier g1 argo1
	retry_until 20 carrier g2 argo1
}

# bats test_tags=smoke
@test "xdp: pass: all traffic as before, and no offloads for a program" {
	local before

	pair_up
	attach g2 pass
	assert_regex "$(on g2 'ip link show argo0')" 'xdp'
	retry_until 5 peer_takes g1 none
	before=$(counters g2 argo0)
	echoes all
	echoes all -s 1400
	tcp_both 3000000
	tcp g1 g2 fd77::2 3000000
	udp_all g1 g2 10.77.0.2 100 1400 1 1000
	assert [ "$(rose g2 argo0 link_rx_packets "$before")" -gt 2000 ]
	detach g2
	retry_until 5 peer_takes g1 "$(all_features)"
	before=$(counters g1 argo0)
	tcp g1 g2 10.77.0.2 1000000
	assert [ "$(rose g1 argo0 link_tx_packets "$before")" -lt 500 ]
	assert_intact
}

# bats test_tags=smoke
@test "xdp: drop: what the program drops is counted, the rest arrives" {
	local before

	pair_up
	attach g2 drop
	before=$(counters g2 argo0)
	echoes none
	assert_equal "$(rose g2 argo0 rx_xdp_drop "$before")" 20
	pings g1 fd77::2
	tcp_both 1000000
	assert_equal "$(rose g2 argo0 rx_xdp_drop "$before")" 20
	assert_intact
}

@test "xdp: tx: the program answers, the stack sees nothing of it" {
	local before seen

	pair_up
	attach g2 tx
	before=$(counters g2 argo0)
	seen=$(echoes_seen g2)
	echoes all
	echoes all -s 1400
	run on g1 'ping -q -f -c 500 -s 500 10.77.0.2'
	assert_line --regexp '^500 packets transmitted, 500 received'
	assert_equal "$(rose g2 argo0 rx_xdp_tx "$before")" 540
	assert_equal "$(rose g2 argo0 tx_xdp "$before")" 540
	assert_equal "$(echoes_seen g2)" "$seen"
	assert_intact
}

@test "xdp: redirect: out of another link, or nowhere" {
	local before target peer

	pair_up
	second_link
	attach g1 redirect
	before=$(counters g1 argo0)
	target=$(counters g1 argo1)
	peer=$(counters g2 argo1)
	run on g2 'ping -q -f -c 300 -W 1 -s 800 10.77.0.1'
	assert_failure
	assert_equal "$(rose g1 argo0 rx_xdp_redirect "$before")" 300
	assert_equal "$(rose g1 argo1 tx_xdp "$target")" 300
	retry_until 20 all_came_over
	assert [ "$(rose g2 argo1 link_rx_packets "$peer")" -ge 300 ]
	assert [ "$(rose g2 argo1 link_rx_bytes "$peer")" -ge $((300 * 842)) ]

	# to where there is nothing
	on g1 'ip link del argo1'
	on g2 'ip link del argo1'
	run on g2 'ping -q -f -c 20 -W 1 10.77.0.1'
	assert_failure
	assert_equal "$(rose g1 argo0 rx_xdp_error "$before")" 20
	tcp_both 1000000
	assert_intact
}

@test "xdp: there is room for a header in front" {
	local seen

	pair_up
	on_both 'ip neigh add 10.79.0.2 dev argo0 lladdr '"$(on g2 'cat /sys/class/net/argo0/address')"' &&
			ip route add 10.79.0.0/24 dev argo0' \
		'modprobe 8021q && ip link add link argo0 argo0.5 type vlan id 5 &&
			ip addr add 10.79.0.2/24 dev argo0.5 && ip link set argo0.5 up'
	seen=$(echoes_seen g2)
	attach g2 tag
	run on g1 'ping -q -c 20 -i 0.02 -W 1 -s 1400 10.79.0.2'
	assert_failure
	assert_equal "$(echoes_seen g2)" $((seen + 20))
	detach g2
	# The answers wait for the neighbour's address, which the program hid, too.
	on g2 'ip neigh flush dev argo0'
	pings g1 10.77.0.2
}

@test "xdp: aborted and unknown verdicts are drops that are counted" {
	local before

	pair_up
	LOG_ALLOW='XDP return value'
	attach g2 fail
	before=$(counters g2 argo0)
	echoes none
	assert_equal "$(rose g2 argo0 rx_xdp_error "$before")" 20
	attach g2 unknown
	echoes none
	assert_equal "$(rose g2 argo0 rx_xdp_error "$before")" 40
	pings g1 fd77::2
	assert_intact
}

@test "xdp: long frames need a program that takes pieces" {
	local before

	MTU1=9000 MTU2=9000 pair_up
	run attach g2 pass
	assert_failure
	assert_output --partial 'MTU too large for a program without fragments, set at most 3400'
	pings g1 '-M do -s 8900 10.77.0.2'
	on g2 'ip link set argo0 mtu 3400'
	attach g2 pass
	run on g2 'ip link set argo0 mtu 3401'
	assert_failure
	run on g2 'dmesg | tail -n 20'
	assert_output --partial 'argo0: MTU 3401 is too large for an XDP program without fragments'
	# what is longer nevertheless must not pass the program by
	before=$(counters g2 argo0)
	echoes none '-M do' -s 8900
	assert_equal "$(rose g2 argo0 rx_xdp_drop "$before")" 20
	echoes all '-M do' -s 1400
	detach g2
	on g2 'ip link set argo0 mtu 9000'
	echoes all '-M do' -s 8900
	assert_intact
}

@test "xdp: frames of several pieces: pass, drop, tx, redirect" {
	local before seen peer

	MTU1=9000 MTU2=9000 pair_up
	MTU1=9000 MTU2=9000 second_link
	attach g2 pass_long
	echoes all '-M do' -s 8900
	tcp_both 3000000
	udp_all g1 g2 10.77.0.2 100 8900 1 1000

	attach g2 drop_long
	before=$(counters g2 argo0)
	echoes none '-M do' -s 8900
	assert_equal "$(rose g2 argo0 rx_xdp_drop "$before")" 20
	echoes all '-M do' -s 5000

	attach g2 tx_long
	seen=$(echoes_seen g2)
	echoes all '-M do' -s 8900
	echoes all
	assert_equal "$(rose g2 argo0 rx_xdp_tx "$before")" 40
	assert_equal "$(echoes_seen g2)" "$seen"
	detach g2

	attach g1 redirect_long
	before=$(counters g1 argo0)
	peer=$(counters g2 argo1)
	run on g2 'ping -q -f -c 20 -W 1 -M do -s 8900 10.77.0.1'
	assert_failure
	if [ "$KERNEL" = 6.1 ]; then
		# where XDP does not pass on what has several pieces
		assert_equal "$(rose g1 argo0 rx_xdp_error "$before")" 20
	else
		assert_equal "$(rose g1 argo0 rx_xdp_redirect "$before")" 20
		assert [ "$(rose g2 argo1 link_rx_bytes "$peer")" -ge $((20 * 8942)) ]
	fi
	assert_intact
}

# What the peer sends with offloads until it heard of a program is lost, and the
# kernel sends a frame of its own now and then.
all_but_unoffered()
{
	local sent got

	sent=$(count link_tx_packets "$(counters g1 argo0)")
	got=$(counters g2 argo0)
	assert_equal "$sent" $(($(count link_rx_packets "$got") +
				$(count rx_bad_unoffered "$got")))
}

@test "xdp: programs come, change and go under traffic" {
	local c

	pair_up 'queues 2'
	# with as long frames as there are, between programs
	on g1 "gso argo0 $BIG"
	serve g2 5001 traffic tcp-recv 5001 "$SEED" 20000000
	on_both "ping -q -i 0.02 -c 200 -W 1 10.77.0.2 >/dev/null &
			traffic tcp-send fd77::2 5001 $SEED 20000000 && { wait; true; }" \
		'for i in 1 2 3; do
			for p in pass tx drop; do
				ip -force link set dev argo0 xdpdrv object /tmp/xdp.o program $p || exit
				sleep 0.1
			done
			ip link set dev argo0 xdpdrv off || exit
			sleep 0.1
		done'
	served g2 5001
	retry_until 5 peer_takes g1 "$(all_features)"
	retry_until 10 all_but_unoffered
	assert_no_loss "$(counters g1 argo0)"
	# each had its turn
	c=$(counters g2 argo0)
	assert [ "$(count rx_xdp_tx "$c")" -gt 0 ]
	assert [ "$(count rx_xdp_drop "$c")" -gt 0 ]
	tcp g1 g2 fd77::2 20000000
	assert [ "$(rose g2 argo0 rx_big "$c")" -gt 10 ]
}

@test "xdp: the link is up and down, deleted, with a program" {
	local before

	pair_up
	attach g2 tx
	on g2 'ip link set argo0 down && ip link set argo0 up'
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	before=$(counters g2 argo0)
	echoes all
	assert_equal "$(rose g2 argo0 rx_xdp_tx "$before")" 20
	on g2 'ip link del argo0'
	retry_until 20 no_carrier g1 argo0
}
