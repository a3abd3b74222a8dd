#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# What a hostile guest sends on real Xen: g2 at g1, each with what g1 makes of it. The
# first column is the row of "Bad inputs" in docs/testing.md; tests/tools/say has
# the language of the second. Of what is not said in the third nothing may come: no
# frame passes, none is damaged, nothing else is counted as bad, carrier stays.
# bats file_tags=hostile

load lib/traffic
load lib/faults
load lib/hostile

setup_file()
{
	hostile_install
}

teardown_file()
{
	hostile_uninstall
}

# a TCP packet over IPv4 of 1014 bytes, of UDP 1042 bytes, each with its header empty
TCP='head:0x0800 ip4:1000:5:0:6 zero:980'
UDP='head:0x0800 ip4:1028:5:0:17 zero:1008'

# The longest message that a ring of the usual size takes
LONGEST=$((1152 * 1024 - 64 - 32))

alive()
{
	on g1 'ping -q -c 3 -i 0.2 -W 5 10.77.0.2'
	assert_equal "$(carrier_changes g1 argo0)" "$CHANGES"
}

begin() # [OPTIONS]
{
	hostile_pair "$@"
	CHANGES=$(carrier_changes g1 argo0)
}

@test "hostile: lengths and pieces" {
	begin
	rows <<-END
	B1 | send data none=1; send hello none=1; send bye none=1 | rx_bad_length 1 rx_bad_handshake 2
	B2 | send data pieces=0,16,0,30,0 rec eth:100 | good 1
	B2 | send data pieces=0 | rx_bad_length 1
	B3 | send data zero:1; send data zero:13; send data zero:15; send data rec eth:1; send data rec eth:13 | rx_bad_length 5
	B4 | send data rec eth:14; send data rec eth:15; send data rec eth:16; send data rec eth:17 | good 4
	B5 | $(printf 'send data rec eth:%d;' {14..1518}) | good 1505
	B6 | $(for n in 2048 4096 8192 16384 32768 65536; do printf 'send data rec eth:%d;' $((n - 1)) $n $((n + 1)); done) | good 18
	B7 | send data rec eth:1515; send data rec eth:1518; send data rec head:0x8100 x:000188b5 zero:1500 | good 2 rx_packets 3 damaged 1
	B8 | send data rec eth:65535; send data rec eth:65537; send data rec eth:65558; send data rec eth:65559 | good 3 rx_bad_offload 1
	B9 | send data lie:100 zero:$((LONGEST - 16)) | rx_bad_length 1
	B10 | send data want=EMSGSIZE lie:100 zero:$((LONGEST - 15)) |
	B11 | send data pieces=1,3,17,33,5,57,1 rec eth:200 | good 1
	B11 | send data want=EINVAL pieces=1,1,1,1,1,1,1,1 rec eth:200 |
	B12 | send data want=EFAULT pieces=50,bad rec eth:200; send data rec eth:200 | good 1
	END
	alive
}

# In a ring of 4092 slots, 5 at a time: a message begins at each of them.
@test "hostile: messages at each slot of a ring" {
	begin 'ring-size 64K'
	rows <<-END
	B13 | send data times=4092 rec eth:$((5 * 16 - 32)) | good 4092
	B14 | send data times=4092 rec eth:$((2 * 5 * 16 - 33)) | good 4092
	END
	alive
}

@test "hostile: types, versions, reserved bits, lies about lengths" {
	begin 'queues 2'
	rows <<-END
	B15 | $(printf 'send %s rec eth:100;' 0 1 0xffffffff 0x80000000 0x414e0100 0x414e0104 0x414e01ff 0x414f0103) | rx_bad_kind 8
	B16 | $(printf 'send %s rec eth:100;' 0x414e0003 0x414e0201 0x414e0202 0x414e0203 0x414eff03) | rx_bad_kind 5
	B17 | $(printf 'send data rec:%s eth:100;' 2 4 0x80 0:0:0:0:0:0:1 0:0:0:0:0:0:0x8000) | rx_bad_reserved 5
	B17 | send hello hello:7::::2; send hello hello:7::::0x8001; send hello hello:7::::::::1; send bye bye:7:1 | rx_bad_handshake 4
	B17 | send data rec eth:100 dirt rec eth:33 dirt | good 2
	B18 | send hello zero:63; send hello zero:1; send bye zero:15; send bye zero:8; send data zero:8 | rx_bad_handshake 4 rx_bad_length 1
	B19 | $(printf 'send data lie:%s zero:100;' 0 13 101 0xffff 0x10000 0x80000000 0xffffffff) | rx_bad_length 7
	B19 | send data rec eth:100 rec eth:50 lie:13 zero:13 | good 2 rx_bad_length 1
	B22 | send data source=0 want=EPERM rec eth:100 |
	B24 | $(printf 'send hello hello:7:%s;' 0 67 89 1522:1537 1522:0) | rx_bad_handshake 5
	B24 | send hello hello:7::::0:2:1; send hello hello:7::::0:2:3; send hello hello:7::::0:1:1:0; send hello hello:0 | rx_bad_handshake 4
	B26 | send hello port=1 hello:7; send bye port=1 bye:7 | rx_bad_kind 2
	B26 | send data port=1 rec eth:100 | good 1
	END
	alive
}

# Addresses and headers of the frames are the stack's work.
@test "hostile: frames that lie to the stack" {
	local MAC2

	begin
	MAC2=${G2_MAC//:/}
	# B37 begins with questions that are answered: what is counted of the lies is real.
	rows <<-END
	B30 | send data rec head:0x88b5:peer:peer zero:46; send data rec head:0x88b5:peer:000000000000 zero:46; send data rec head:0x88b5:peer:0180c2000000 zero:46 | rx_packets 3 heard 3 damaged 3
	B31 | send data rec head:0x88b5:020202020202 zero:46; send data rec head:0x88b5:ffffffffffff zero:46; send data rec head:0x88b5:01005e000001 zero:46 | rx_packets 3 heard 3 damaged 3
	B32 | send data rec head:0x8100; send data rec head:0x8100 x:00; send data rec head:0x8100 x:0001; send data rec head:0x88a8 x:00018100000281 | rx_packets 4
	B32 | send data rec head:0x8100 x:000188b5 zero:46; send data rec head:0x88a8 x:00018100000288b5 zero:46; send data rec head:0x88a8 x:000181000002810000038100000481000005 zero:46 | rx_packets 3 heard 3 damaged 1
	B33 | send data rec head:0x05dc zero:10; send data rec head:0x64 zero:10; send data rec head:0 | rx_packets 3 heard 3
	B35 | $(printf 'send data rec head:0x0800 ip4:46:%d zero:26;' 0 1 2 3 4) send data rec head:0x0800 ip4:20:15 | rx_packets 6 IpInHdrErrors 6
	B35 | send data rec head:0x0800 ip4:1000 zero:26; send data rec head:0x0800 ip4:19 zero:26; send data rec head:0x0800 ip4:46:5:0:17:1 zero:26 | rx_packets 3 IpExtInTruncatedPkts 1 IpInHdrErrors 2 IpExtInCsumErrors 1
	B35 | send data rec head:0x0800 ip4:36:5:0x2000 zero:16; send data rec head:0x0800 ip4:36:5:0x2001 zero:16 | rx_packets 2 IpReasmReqds 2 IpReasmFails 1 IpExtReasmOverlaps 1
	B36 | send data rec head:0x86dd ip6:1000 zero:20; send data rec head:0x86dd ip6:16:0 x:1100c20400000008 zero:8; send data rec head:0x86dd x:60 | rx_packets 3 Ip6InTruncatedPkts 1 Ip6InHdrErrors 2
	B36 | send data rec head:0x86dd ip6:168:60 $(printf 'x:3c00010400000000 %.0s' {1..20}) x:fd00010400000000 | rx_packets 1 Ip6InUnknownProtos 1
	B37 | send data rec head:0x0806 x:0001080006040001$MAC2 x:0a4d0002000000000000 x:0a4d0001 zero:18 | rx_packets 1 heard 1 arps 1
	B37 | send data rec head:0x0806 x:0001; send data rec head:0x0806 x:0001080008040001 zero:40; send data rec head:0x0806 x:00010800060400ff zero:20; send data rec head:0x0806 x:0001080006100001 zero:20 | rx_packets 4 heard 4 arps 0
	B37 | send data rec head:0x0806 x:0001080006040001$MAC2 x:0a4d0002000000000000; send data rec head:0x0806 x:0001080006040001$MAC2 x:0a4d0002000000000000 x:0a4d0009 zero:18; send data rec head:0x0806 x:0001080006040003$MAC2 x:0a4d0002000000000000 x:0a4d0001 zero:18 | rx_packets 3 heard 3 arps 0
	B37 | send data rec head:0x86dd ip6:32:58 x:87000000 zero:4 x:fd770000000000000000000000000001 x:0101$MAC2 sum6 | rx_packets 1 Icmp6InNeighborSolicits 1 Icmp6OutNeighborAdvertisements 1
	B37 | send data rec head:0x86dd ip6:32:58 x:87001234 zero:4 x:fd770000000000000000000000000001 x:0101000000000000 | rx_packets 1 Icmp6InCsumErrors 1 Icmp6OutNeighborAdvertisements 0
	B37 | send data rec head:0x86dd ip6:32:58 x:87000000 zero:4 x:fd770000000000000000000000000001 x:0100000000000000 sum6; send data rec head:0x86dd ip6:32:58:64 x:87000000 zero:4 x:fd770000000000000000000000000001 x:0101020202020202 sum6 | rx_packets 2 Icmp6InNeighborSolicits 2 Icmp6OutNeighborAdvertisements 0
	B38 | send data rec head:0x0800 ip4:40:5:0:6 x:0400040000000001000000005002100012340000; send data rec head:0x0800 ip4:28:5:0:17 x:0400040000081234 | rx_packets 2 TcpInCsumErrors 1 UdpInCsumErrors 1
	END
	alive
}

@test "hostile: lies about offloads" {
	begin
	rows <<-END
	B40 | send data rec:1:1:0:34:16 $TCP; send data rec:0:1:100:34:16 $TCP | rx_bad_offload 2
	B41 | send data rec:1:1:1:34:16 $TCP; send data rec:1:1:7:34:16 $TCP | rx_bad_offload 2
	B41 | send data rec:1:1:8:34:16 $TCP; send data rec:1:1:2000:34:16 $TCP | rx_packets 2
	B41 | send data rec:1:1:0xffff:34:16 $TCP | rx_bad_offload 1
	B42 | $(printf "send data rec:1:0:0:%s $TCP;" 2000:16 34:2000 0xffff:0xffff 6:2 1013:0) | rx_bad_offload 5
	B43 | $(printf "send data rec:1:1:100:34:16:%s $TCP;" 0 5000 0xffff) | rx_packets 3
	B44 | $(printf "send data rec:1:%s:100:34:16 $TCP;" 4 2 3 0x80 0x85 0x7f) send data rec:1:5:100:34:6 head:0x86dd $(printf %s "${UDP#* }") | rx_bad_offload 7
	B45 | send data rec:1:5:10:34:6 $UDP | rx_bad_offload 1
	B45 | send data rec eth:65559; send data rec:1:5:1000:34:6 head:0x0800 ip4:65535:5:0:17 zero:66000 | rx_bad_offload 2
	END
	alive
}

# count_of NAME SNAPSHOT
value()
{
	awk -v n="$1" '$1 == n { print $2 }' <<<"$2"
}

@test "hostile: frames and messages of random bytes" {
	local before after n=${FRAMES:-50000} sum=0 name

	# babble speaks to two rings
	begin 'queues 2'
	before=$(snapshot)
	say "random $SEED $n"
	after=$(snapshot)
	# B39: each was passed on or refused for what it asked
	for name in rx_packets rx_bad_offload; do
		echo "$name: $(value $name "$before") -> $(value $name "$after")"
		sum=$((sum + $(value $name "$after") - $(value $name "$before")))
	done
	assert_equal "$sum" "$n"
	assert [ "$(value rx_packets "$after")" -gt $((n / 2)) ]
	# and the stack looked into them
	assert [ "$(value IpInReceives "$after")" -gt "$(value IpInReceives "$before")" ]
	assert [ "$(value Ip6InReceives "$after")" -gt "$(value Ip6InReceives "$before")" ]
	alive
	say "babble $SEED 5000"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	transfer g1 g2 10.77.0.2
}

# What the guest's kernel holds, KiB
holds()
{
	on g1 'awk "/^(SUnreclaim|VmallocUsed|Percpu):/ { n += \$2 } END { print n }" /proc/meminfo'
}

@test "hostile: a new source port each time leaves nothing behind" {
	local before

	begin
	before=$(holds)
	# B25
	rows <<-END
	B25 | send data from=0 ports=1 times=100000 rec eth:60 | good 100000
	END
	echo "$before KiB, then $(holds)"
	assert [ "$(holds)" -lt $((before + 1000)) ]
	alive
}

up_again() # what a forged HELLO disturbed
{
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	retry_until 20 on g1 'ping -q -c 1 -W 1 10.77.0.2'
}

@test "hostile: HELLOs that are forged, repeated, contradictory, and many" {
	local line features before sent began took

	begin
	features=$(info g1 argo0 peer-features)
	# B20: of another session, repeated, out of order, an end that never began;
	# B23: unknown and contradictory features; B24: absurd limits
	for line in 'send hello times=20 hello:7' \
		'send hello hello:7; send hello hello:8; send hello hello:7' \
		'send bye bye:99' \
		'send hello hello:7:::0xffffffff' 'send hello hello:7:::0xfffffffe' \
		'send hello hello:7:90:0xffffffff' 'send hello hello:7:65535:0xffffffff' \
		'send hello hello:7:0xffffffef:0xffffffff::::1:0xffffffff'; do
		tr ';' '\n' <<<"$line" | sed 's/^ //' >"$BATS_TEST_TMPDIR/hellos"
		say "$(cat "$BATS_TEST_TMPDIR/hellos")"
		up_again
		assert_equal "$(info g1 argo0 peer-features)" "$features"
		assert_equal "$(on g1 'cat /sys/class/net/argo0/mtu')" 1500
	done
	transfer g1 g2 10.77.0.2

	# B21: an answer each 20 ms at most
	before=$(on g2 'ethtool -S argo0' | awk '/rx_messages/ { n += $2 } END { print n }')
	began=${EPOCHREALTIME/./}
	say 'hellos 100000'
	up_again
	took=$(((${EPOCHREALTIME/./} - began) / 1000))
	sent=$(($(on g2 'ethtool -S argo0' | awk '/rx_messages/ { n += $2 } END { print n }') - before))
	echo "$sent answers in $took ms"
	assert [ "$sent" -gt 0 ]
	# 20 ms are five jiffies, and of the first nearly all may be over
	assert [ "$sent" -le $((took / 16 + 20)) ]
	transfer g1 g2 10.77.0.2
}

@test "hostile: frames of somebody who did not introduce himself" {
	begin
	on g2 'ip link set argo0 down'
	retry_until 10 no_carrier g1 argo0
	CHANGES=$(carrier_changes g1 argo0)
	# B29
	rows <<-END
	B29 | send data times=5 rec eth:100; send data port=0 rec eth:14 | rx_bad_early 6
	END
	on g2 'ip link set argo0 up'
	up_again
	transfer g1 g2 10.77.0.2
}

@test "hostile: a bridge passes on what bridges pass on, and nothing comes back" {
	local to n=0

	begin
	on g1 'ip link add over0 type bridge forward_delay 0 && ip link set over0 up &&
		ip link add over1 type veth peer name over2 &&
		ip link set over2 up && ip link set over1 master over0 up &&
		ip addr flush dev argo0 && ip link set argo0 master over0
		for d in over0 over1 over2; do sysctl -qw net.ipv6.conf.$d.disable_ipv6=1; done
		sleep 1
		(say hear over2 >/tmp/over2 2>&1 </dev/null & echo $! >/tmp/over2.pid)'
	on g2 '(say hear argo0 >/tmp/back 2>&1 </dev/null & echo $! >/tmp/back.pid); sleep 0.3'
	# B31: to nobody, to all, to many; B34: LLDP, which a bridge keeps for itself, and
	# spanning tree, which it passes on if it has none
	for to in 020202020202 ffffffffffff 01005e000001 0180c2000000 0180c200000e; do
		say "send data rec head:0x88b5:$to zero:46"
	done
	sleep 1
	on_both 'kill -USR1 $(cat /tmp/over2.pid); sleep 0.5; kill $(cat /tmp/over2.pid)' \
		'kill -USR1 $(cat /tmp/back.pid); sleep 0.5; kill $(cat /tmp/back.pid)'
	run on g1 'tail -n 3 /tmp/over2; ip link del over1; ip link del over0'
	assert_line 'damaged 4'
	run on g2 'tail -n 3 /tmp/back'
	assert_line 'damaged 0'
	assert_line 'good 0'
}
