#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # the domains' shells expand much of this; HURT
# Sockets of AF_VSOCK between domains, by socat and by tools/vsock.c.
# bats file_tags=vsock

load lib/traffic
load lib/faults
load lib/vsock

# bats test_tags=smoke
@test "vsock: dom0's socat answers a guest's within a second" {
	local took

	background dom0 'socat VSOCK-LISTEN:5000,fork EXEC:cat'
	retry_until 10 listens dom0 5000
	both_up dom0 g1
	run on g1 'begin=${EPOCHREALTIME/./}
		echo hello | socat -t 5 - VSOCK-CONNECT:2:5000
		echo $(((${EPOCHREALTIME/./} - begin) / 1000)) >/tmp/took'
	assert_output hello
	took=$(on g1 'cat /tmp/took')
	assert [ "$took" -lt $((1000 * BED_SLOW)) ]
}

# bats test_tags=smoke
@test "vsock: the first connection after modprobe, whoever came first" {
	local way

	for way in 'dom0 g1' 'g1 dom0'; do
		on g1 'rmmod vsock-argo'
		on dom0 'rmmod vsock-argo'
		# shellcheck disable=SC2086 # two words
		set -- $way
		on "$1" 'modprobe vsock-argo'
		on "$2" 'modprobe vsock-argo'
		background dom0 'vsock echo stream 5001'
		retry_until 10 listens dom0 5001
		run on g1 'vsock ask stream 2 5001 1000 3'
		assert_line ok
		on dom0 'killall -9 vsock'
		retry_until 10 eval '! on dom0 pidof vsock'
	done
}

@test "vsock: the first connection when both sides come up at the same time" {
	local i

	for ((i = 0; i < 5; i++)); do
		on g1 'rmmod vsock-argo'
		on g2 'rmmod vsock-argo'
		on_both "modprobe vsock-argo peers=$(domid g2)" \
			"modprobe vsock-argo peers=$(domid g1)
				setsid vsock echo stream 5002 </dev/null >/tmp/out 2>&1 &"
		retry_until 10 listens g2 5002
		run on g1 "vsock ask stream $(cid g2) 5002 1000 3"
		assert_line ok
		on g2 'killall -9 vsock'
		retry_until 10 eval '! on g2 pidof vsock'
	done
}

# bats test_tags=smoke
@test "vsock: guest to guest, 100 MiB, and the right sha256" {
	local sum

	both_up g1 g2
	background g2 'sh -c "socat -u -b 65536 VSOCK-LISTEN:5003 - | sha256sum >/tmp/sum"'
	retry_until 10 listens g2 5003
	on g1 "head -c 4194304 /dev/urandom >/tmp/piece
		many() { for i in \$(seq 25); do cat /tmp/piece; done; }
		many | sha256sum >/tmp/sum
		many | socat -u -b 65536 - VSOCK-CONNECT:$(cid g2):5003"
	sum=$(on g1 'cat /tmp/sum; rm /tmp/piece')
	retry_until 20 eval '! on g2 pidof socat'
	run on g2 'cat /tmp/sum'
	assert_output "$sum"
}

@test "vsock: a stream costs at most 20 sends per MiB, 64 bytes and an answer 2" {
	local n

	both_up g1 g2
	background g2 'socat -u -b 65536 VSOCK-LISTEN:5013 OPEN:/dev/null'
	background g2 'vsock echo stream 5014' /tmp/echo
	retry_until 10 listens g2 5013
	retry_until 10 listens g2 5014
	on g1 'head -c 16777216 /dev/zero >/tmp/piece'
	sends_begin g1 g2
	on g1 "socat -u -b 65536 OPEN:/tmp/piece VSOCK-CONNECT:$(cid g2):5013; rm /tmp/piece"
	retry_until 20 eval '! on g2 "pidof socat"'
	n=$(sends_end g1 g2)
	note "$n sends for 16 MiB"
	assert [ "$n" -ge 256 ]
	assert [ "$n" -le 320 ]
	sends_begin g1 g2
	run on g1 "vsock ask stream $(cid g2) 5014 64 200"
	assert_line ok
	n=$(sends_end g1 g2)
	note "$n sends for 200 rounds"
	assert [ "$n" -ge 400 ]
	# and those that begin and end the connection
	assert [ "$n" -le 410 ]
}

# The peer does not know of what was read, since it is less than half of the buffer.
@test "vsock: a reader that waits for more than its peer may send gets it" {
	both_up g1 g2
	background g2 'vsock lowat 5015 786432 1835008'
	retry_until 10 listens g2 5015
	background g1 "socat -u -b 65536 OPEN:/dev/zero VSOCK-CONNECT:$(cid g2):5015"
	retry_until 15 eval 'on g2 "grep . /tmp/out"'
	run on g2 'cat /tmp/out'
	assert_line readable
}

@test "vsock: seqpacket keeps the bounds of messages, dom0 and guests" {
	both_up dom0 g1
	both_up g1 g2
	background dom0 'vsock echo seqpacket 5004'
	background g2 'vsock echo seqpacket 5004'
	retry_until 10 listens dom0 5004
	retry_until 10 listens g2 5004
	for size in 1 44 4000 65536 200000; do
		run on g1 "vsock ask seqpacket 2 5004 $size 5"
		assert_line ok
		run on g1 "vsock ask seqpacket $(cid g2) 5004 $size 5"
		assert_line ok
	done
}

@test "vsock: datagrams" {
	both_up g1 g2
	background g2 'vsock echo dgram 5005'
	retry_until 10 on g2 'pidof vsock'
	sleep 1
	for size in 1 1000 60000; do
		run on g1 "vsock ask dgram $(cid g2) 5005 $size 5"
		assert_line ok
	done
	# nobody there: counted where it was dropped
	on g2 'killall -9 vsock'
	retry_until 10 eval '! on g2 pidof vsock'
	on g1 "timeout 2 vsock ask dgram $(cid g2) 5005 10 1; true"
	assert [ "$(counted g2 g1 no_socket)" -ge 1 ]
}

@test "vsock: refused where nobody listens, and where no peer is" {
	both_up g1 g2
	run on g1 "vsock connect $(cid g2) 5999"
	assert_output 'connect ECONNRESET'
	run on g1 'vsock connect 4000 5999'
	assert_output 'connect ENETUNREACH'
}

@test "vsock: a destroyed guest is ECONNRESET within 2 s, and a new one connects" {
	HURT=g2
	both_up dom0 g2
	background g2 'vsock hold 5006'
	retry_until 10 listens g2 5006
	background dom0 "vsock wait $(cid g2) 5006"
	retry_until 10 eval 'on dom0 "grep connected /tmp/out"'
	on dom0 "xl destroy g2
		i=0
		until grep -q ECONNRESET /tmp/out; do
			i=\$((i + 1))
			[ \$i -lt $((20 * BED_SLOW)) ] || exit 1
			sleep 0.1
		done"
	guest_create g2
	tool_install vsock g2
	on g2 'modprobe vsock-argo'
	background dom0 'vsock echo stream 5007'
	retry_until 10 listens dom0 5007
	run on g2 'vsock ask stream 2 5007 1000 3'
	assert_line ok
}

@test "vsock: the module stays while sockets are open, and goes then" {
	both_up dom0 g1
	background dom0 'vsock hold 5008'
	retry_until 10 listens dom0 5008
	background g1 'vsock wait 2 5008'
	retry_until 10 eval 'on g1 "grep connected /tmp/out"'
	run on g1 'rmmod vsock-argo'
	assert_failure
	on g1 'killall -9 vsock'
	retry_until 10 on g1 'rmmod vsock-argo'
	on g1 'modprobe vsock-argo'
	both_up dom0 g1
}

@test "vsock: peers= changes at run time, and connections with others end" {
	both_up g1 g2
	background g2 'vsock hold 5009'
	retry_until 10 listens g2 5009
	background g1 "vsock wait $(cid g2) 5009"
	retry_until 10 eval 'on g1 "grep connected /tmp/out"'
	on g1 'echo 0 >/sys/module/vsock_argo/parameters/peers'
	retry_until 5 eval 'on g1 "grep ECONNRESET /tmp/out"'
	run on g1 "vsock connect $(cid g2) 5009"
	assert_output 'connect ENETUNREACH'
	run on g1 'echo 5-x >/sys/module/vsock_argo/parameters/peers'
	assert_failure
}

@test "vsock: a reader that stopped is not felt by ping over argonet" {
	local quiet busy

	both_up g1 g2
	pair_up
	quiet=$(on g1 'ping -q -c 50 -i 0.1 10.77.0.2' | sed -n 's,.*= [^/]*/\([0-9]*\)\..*,\1,p')
	background g2 'vsock hold 5010'
	retry_until 10 listens g2 5010
	background g1 "vsock fill $(cid g2) 5010"
	retry_until 20 eval 'on g1 "grep . /tmp/out"'
	busy=$(on g1 'ping -q -c 50 -i 0.1 10.77.0.2' | sed -n 's,.*= [^/]*/\([0-9]*\)\..*,\1,p')
	note "ping took $quiet ms, beside a stopped reader $busy ms"
	# The bed is not quiet: twice as much and a little is what is not yet "felt".
	assert [ "$busy" -le $((2 * quiet + 2)) ]
	# and another stream goes on
	background g2 'vsock echo stream 5011'
	retry_until 10 listens g2 5011
	run on g1 "vsock ask stream $(cid g2) 5011 10000 20"
	assert_line ok
}

@test "vsock: what no driver says is dropped and counted" {
	local name lines before after
	local to=port=$VSOCK_PORT

	both_up g1 g2
	say_install
	while read -r name lines; do
		before=$(counted g1 g2 "$name")
		tr ';' '\n' <<<"$lines" | say
		after=$((before + $(grep -c send <<<"$(tr ';' '\n' <<<"$lines")")))
		retry_until 5 eval "[ \"\$(counted g1 g2 $name)\" = $after ]"
	done <<-END
	bad_type send 0x41560104 $to zero:44;send 0x41560203 $to zero:44;send 0 $to zero:1
	bad_hello send 0x41560101 $to zero:63;send 0x41560101 $to zero:64;send 0x41560102 $to zero:16
	bad_length send 0x41560103 $to zero:1;send 0x41560103 $to x:$(header 1 1 5)
	bad_length send 0x41560103 $to x:$(header 4 1 5) zero:5;send 0x41560103 $to x:$(header 65537 1 5) zero:65537
	bad_packet send 0x41560103 $to x:$(header 0 0 5);send 0x41560103 $to x:$(header 0 4 5)
	bad_packet send 0x41560103 $to x:$(header 0 1 0);send 0x41560103 $to x:$(header 0 1 8)
	bad_packet send 0x41560103 $to x:$(header 4 1 1) zero:4;send 0x41560103 $to x:$(header 0 3 1)
	bad_packet send 0x41560103 $to x:$(header 0 1 5 2);send 0x41560103 $to x:$(header 0 1 5 99)
	no_socket send 0x41560103 $to x:$(header 4 3 5) zero:4
	END
	on g2 'rmmod argo_say'
	# and nothing else was felt
	background g1 'vsock echo stream 5012'
	retry_until 10 listens g1 5012
	run on g2 "vsock ask stream $(cid g1) 5012 1000 3"
	assert_line ok
}
