#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # the domains' shells expand much of this; HURT
# Sockets of AF_VSOCK as the kernel's own tests use them, and with peers that stop
# reading, flood, or come back as another domain.
# bats file_tags=vsock

load lib/traffic
load lib/faults
load lib/vsock

# The programs of tools/testing/vsock, from the source that the kernels for unit
# tests are built of
kernel_tests()
{
	local src=$BUILD/linux/src t

	[ -e "$src/.fetched" ] || "$TOP/scripts/build-linux.sh" kunit
	src+=/tools/testing/vsock
	mkdir -p "$BUILD/tests"
	for t in vsock_test vsock_diag_test; do
		[ "$BUILD/tests/$t" -nt "$src/$t.c" ] ||
			gcc -O2 -static -s -w -D_GNU_SOURCE -fno-strict-aliasing \
				-I "$src" -I "$src/../../include" -o "$BUILD/tests/$t" \
				"$src"/{"$t",timeout,control,util}.c
		"$BED" put dom0 "$BUILD/tests/$t" "/usr/bin/$t"
		"$BED" put g1 "$BUILD/tests/$t" "/usr/bin/$t"
	done
}

no_sockets() # DOM
{
	! on "$1" 'ss -an --vsock | grep v_'
}

# kernel_test PROGRAM SERVER ADDRESS CLIENT: all of its cases, which talk about what
# is next over TCP
kernel_test()
{
	local cases

	# one of the cases is that there are none
	retry_until 20 no_sockets "$2"
	background "$2" "timeout 100 $1 --mode=server --control-port=5300 --peer-cid=$(cid "$4")" /tmp/server
	retry_until 10 on "$2" "ss -ltn | grep -q ':5300 '"
	run on "$4" "timeout 100 $1 --mode=client --control-host=$3 --control-port=5300 --peer-cid=$(cid "$2") 2>&1"
	echo "$output"
	assert_success
	cases=$(on "$4" "$1 --mode=client --control-port=1 --list 2>&1" | grep -c '^[0-9]')
	assert [ "$cases" -ge 3 ]
	assert_equal "$(grep -c '^[0-9]* - .*\.\.\.ok$' <<<"$output")" "$cases"
	retry_until 10 eval "! on $2 'pidof $1'"
	run on "$2" 'cat /tmp/server'
	echo "$output"
	assert_equal "$(grep -c '^[0-9]* - .*\.\.\.ok$' <<<"$output")" "$cases"
}

@test "vsock: the kernel's vsock_test and vsock_diag_test, dom0 and a guest in both roles" {
	local t

	[ "$KERNEL" = 6.1 ] || skip "the tests at hand are those of 6.1"
	kernel_tests
	both_up dom0 g1
	netfront_up
	for t in vsock_diag_test vsock_test; do
		kernel_test $t dom0 10.78.0.254 g1
		kernel_test $t g1 10.78.0.1 dom0
	done
}

@test "vsock: what waits for a paused peer is bounded, and arrives in order" {
	local sum queued

	HURT=g2
	both_up g1 g2
	on g2 'rm -f /tmp/sums'
	background g2 'socat -t 10 -u VSOCK-LISTEN:5013,fork SYSTEM:"sha256sum >>/tmp/sums"'
	retry_until 10 listens g2 5013
	# more than the ring and the queue take
	# They wait until somebody opens the other end of the FIFO.
	sum=$(on g1 "rm -f /tmp/go; mkfifo /tmp/go; head -c 1000000 /dev/urandom >/tmp/piece
		for i in \$(seq 24); do
			setsid sh -c '(read </tmp/go; cat /tmp/piece) |
				socat -u -b 65536 - VSOCK-CONNECT:$(cid g2):5013' </dev/null >/tmp/out 2>&1 &
		done
		sha256sum </tmp/piece")
	retry_until 20 eval 'on g1 "ss -n --vsock | grep -c ESTAB | grep -qx 24"'
	stand_still g2
	on g1 ': >/tmp/go'
	# A packet of 64 KiB takes a little more memory: 64 of them are more than 4 MiB,
	retry_until 20 eval '[ "$(counted g1 g2 queue)" -ge 60 ]'
	on g1 'sleep 2'
	queued=$(counted g1 g2 queue)
	note "$queued packets wait"
	# and each of the writers may add the one with which that is exceeded.
	assert [ "$queued" -le 88 ]
	wake_up g2
	HURT=
	retry_until 30 eval '! on g1 "pidof socat"'
	retry_until 10 eval "[ \"\$(on g2 'grep -c \"$sum\" /tmp/sums')\" = 24 ]"
	on g1 'rm /tmp/piece /tmp/go'
}

@test "vsock: 32 sockets have a buffer of 2 MiB, others 256 KiB, and it is given back" {
	# No socket is left of what was before.
	retry_until 20 on g2 'rmmod vsock-argo'
	on g2 "modprobe vsock-argo && echo 0,$(domid g1) >/sys/module/vsock_argo/parameters/peers"
	both_up g1 g2
	for _ in 1 2; do
		background g2 'vsock hold 5021'
		retry_until 10 listens g2 5021
		on g1 "rm -f /tmp/fill.*
			for i in \$(seq 34); do
				setsid vsock fill $(cid g2) 5021 </dev/null >/tmp/fill.\$i 2>&1 &
			done"
		retry_until 30 eval '[ "$(on g1 "cat /tmp/fill.* | wc -l")" = 34 ]'
		assert_equal "$(on g1 'sort /tmp/fill.* | uniq -c | xargs')" '32 2097152 2 262144'
		on g1 'killall -9 vsock; rm /tmp/fill.*'
		on g2 'killall -9 vsock'
		retry_until 20 no_sockets g2
	done
}

@test "vsock: datagrams that nobody reads are dropped before memory is taken for them" {
	local dropped freed

	both_up g1 g2
	background g2 'vsock mute 5014'
	retry_until 10 on g2 'pidof vsock'
	sleep 1
	dropped=$(counted g2 g1 no_room)
	on g2 'cd /sys/kernel/tracing && echo >trace && echo 1 >events/skb/kfree_skb/enable'
	run on g1 "vsock pour $(cid g2) 5014 60000 500"
	assert_line ok
	retry_until 10 eval "[ \"\$(counted g2 g1 no_room)\" -ge $((dropped + 400)) ]"
	freed=$(on g2 'cd /sys/kernel/tracing && echo 0 >events/skb/kfree_skb/enable; grep -c kfree_skb: trace; true')
	note "$freed packets freed"
	assert [ "$freed" -lt 200 ]
}

# A hello of g2's own making, with the session that g1 has at the moment
raw_hello()
{
	local session

	session=$(on g1 "sed -n 's/^domain $(domid g2) .* session \([0-9a-f]*\) .*/\1/p' \
		/sys/kernel/debug/vsock-argo/peers")
	say <<-END
	send 0x41560101 port=$VSOCK_PORT x:01010100$(hex %08x 7; hex %016x 0x5e55 "0x$session"; hex %08x 65580 524288; printf %064d 0)
	END
	sleep 0.2
	is_up g1 g2
}

available() # DOM
{
	on "$1" "sed -n 's/^MemAvailable: *\([0-9]*\).*/\1/p' /proc/meminfo"
}

connections() # DOM PORT
{
	on "$1" "ss -n --vsock | grep -c 'ESTAB.*:$2 '; true"
}

@test "vsock: a peer that floods and does not read costs itself" {
	local to=port=$VSOCK_PORT g1 n memory header

	both_up g1 g2
	g1=$(cid g1)
	# g2 becomes one, with a ring of 64 KiB that it never reads
	on g2 'modprobe -r vsock-argo'
	say_install
	say <<<"register $VSOCK_PORT 65472"
	retry_until 20 raw_hello
	background dom0 'vsock echo stream 5016'
	background g1 'sh -c "ulimit -n 4096; exec vsock hold 5017"'
	retry_until 10 listens dom0 5016
	retry_until 10 listens g1 5017
	memory=$(available g1)

	# connections: as many as answers have room
	header=$(header 0 1 1 "$g1" 0 5017)
	for n in {1..3000}; do
		printf 'send 0x41560103 %s x:%s%02x%02x%s\n' "$to" "${header:0:32}" \
			$((n & 255)) $((n >> 8)) "${header:36}"
	done | say
	assert [ "$(counted g1 g2 flood)" -ge 1000 ]
	n=$(connections g1 5017)
	note "$n connections"
	assert [ "$n" -ge 100 ]
	assert [ "$n" -le 1400 ]
	# requests that nobody waits for, resets, questions for credit
	say <<-END
	send 0x41560103 times=3000 $to x:$(header 0 1 1 "$g1")
	send 0x41560103 times=3000 $to x:$(header 0 1 3 "$g1" 5 6)
	send 0x41560103 times=3000 $to x:$(header 0 1 7 "$g1" 1 5017)
	END
	n=$(counted g1 g2 queue)
	note "$n packets wait"
	assert [ "$n" -ge 200 ]
	assert [ "$n" -le 600 ]
	# 32 MiB for a socket that offered 256 KiB
	say <<<"send 0x41560103 times=500 $to x:$(header 65536 1 5 "$g1" 1 5017) zero:65536"
	n=$((memory - $(available g1)))
	note "$n KiB less"
	assert [ "$n" -lt 12000 ]
	# other peers do not feel it
	run on g1 'vsock ask stream 2 5016 10000 20'
	assert_line ok

	say <<<"unregister $VSOCK_PORT"
	on g2 'rmmod argo_say && modprobe vsock-argo'
	retry_until 10 eval '[ "$(connections g1 5017)" = 0 ]'
	on g2 "echo 0,$(domid g1) >/sys/module/vsock_argo/parameters/peers"
	both_up g1 g2
	background g1 'vsock echo stream 5018'
	retry_until 10 listens g1 5018
	run on g2 "vsock ask stream $(cid g1) 5018 1000 3"
	assert_line ok
}

# is_reset DOM: "vsock wait" there is told within 2 s. A call that the freezer
# interrupted is begun anew, and finds a socket that is not connected any more.
is_reset()
{
	on "$1" "i=0
		until grep -qE 'ECONNRESET|ENOTCONN' /tmp/wait; do
			i=\$((i + 1))
			[ \$i -lt $((20 * BED_SLOW)) ] || { cat /tmp/wait; exit 1; }
			sleep 0.1
		done"
}

@test "vsock: save and restore end connections within 2 s, listeners go on" {
	local before

	HURT=g2
	both_up dom0 g2
	before=$(domid g2)
	background dom0 'vsock echo stream 5019'
	background g2 'vsock echo stream 5020'
	retry_until 10 listens dom0 5019
	retry_until 10 listens g2 5020
	background dom0 "vsock wait $(cid g2) 5020" /tmp/wait
	background g2 'vsock wait 2 5019' /tmp/wait
	retry_until 10 on dom0 'grep connected /tmp/wait'
	retry_until 10 on g2 'grep connected /tmp/wait'
	guest_save g2
	is_reset dom0
	run on dom0 'cat /tmp/wait'
	assert_line ECONNRESET
	guest_restore g2
	is_reset g2
	# It is another domain now, with another CID.
	assert [ "$(domid g2)" != "$before" ]
	both_up dom0 g2
	run on g2 'vsock ask stream 2 5019 1000 3'
	assert_line ok
	run on dom0 "vsock ask stream $(cid g2) 5020 1000 3"
	assert_line ok
}
