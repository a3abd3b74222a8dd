#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# /dev/argo, libargo and argocat: messages between programs.
# bats file_tags=chardev

load lib/traffic
load lib/chardev

setup_file()
{
	chardev_install dom0 g1 g2
}

# It would keep argo-core from being unloaded by others.
teardown_file()
{
	local d

	for d in dom0 $(guests); do
		on "$d" 'modprobe -r argo-dev'
	done
}

teardown()
{
	local d

	for d in dom0 $(guests); do
		on "$d" 'killall -q -9 chardev argocat argo
			rm -f /tmp/in /tmp/out /tmp/said' || true
	done
	bed_teardown
}

chardev_install() # DOM...
{
	local d name

	chardev_build chardev "$TOP/tests/tools/chardev.c" &&
		chardev_build argo "$TOP/tools/argo/argo.c" &&
		argocat_build || return
	for d; do
		for name in chardev argo argocat; do
			"$BED" put "$d" "$BUILD/tests/$name" "/usr/bin/$name"
		done
		on "$d" 'modprobe argo-dev && [ -c /dev/argo ]'
	done
}

# In one domain, with itself: what a program can see.
case_in() # CASE [DOM]
{
	run on "${2:-g1}" "timeout 60 chardev $1"
	assert_output good
	assert_success
}

@test "chardev: messages whole, cut off, kept, in pieces, empty" {
	case_in messages
}

@test "chardev: poll knows what is full, and what is gone" {
	case_in full
}

@test "chardev: threads that wait in one endpoint" {
	case_in threads
}

@test "chardev: a thread that waits in CONNECT when another one connects" {
	case_in connects
}

@test "chardev: a mapped ring is read in place, and by nobody written" {
	case_in mapped
}

@test "chardev: edges of epoll" {
	case_in edges
}

@test "chardev: a read and a write that wait are interrupted" {
	case_in interrupted
}

@test "chardev: what is refused, older programs and newer ones" {
	case_in refused
}

# bats test_tags=rights
@test "chardev: who has no rights, and who is in another network namespace" {
	case_in rights
	run on g1 'stat -c "%a %U" /dev/argo'
	assert_output '660 root'
}

# send_file FROM TO BYTES: random bytes by argocat arrive whole.
send_file()
{
	local from to

	from=$(domid "$1") && to=$(domid "$2") || return
	on "$1" "head -c $3 /dev/urandom >/tmp/in"
	on "$2" "setsid argocat -l -d $from:0x5100 >/tmp/out 2>/tmp/said </dev/null &"
	on "$1" "timeout 200 argocat -c -w 60 $to:0x5100 </tmp/in"
	retry_until 20 on "$2" '! pidof argocat'
	assert_equal "$(on "$1" 'sha256sum </tmp/in')" "$(on "$2" 'sha256sum </tmp/out')"
}

# bats test_tags=smoke
@test "argocat: 10 MiB from guest to guest" {
	send_file g1 g2 10485760
}

@test "argocat: dom0 to a guest and back" {
	send_file dom0 g1 1000000
	send_file g1 dom0 1000001
}

@test "argocat: both ways at once, and an answer" {
	local a b

	a=$(domid g1)
	b=$(domid g2)
	on g1 'head -c 3000000 /dev/urandom >/tmp/in'
	on g2 "head -c 2000000 /dev/urandom >/tmp/in
		setsid argocat -l $a:0x5100 </tmp/in >/tmp/out 2>/tmp/said &"
	on g1 "timeout 200 argocat -c -w 60 $b:0x5100 </tmp/in >/tmp/out"
	retry_until 20 on g2 '! pidof argocat'
	assert_equal "$(on g1 'sha256sum </tmp/in')" "$(on g2 'sha256sum </tmp/out')"
	assert_equal "$(on g2 'sha256sum </tmp/in')" "$(on g1 'sha256sum </tmp/out')"
}

@test "argo: query, ping, peers, info, rings" {
	local a b

	a=$(domid g1)
	b=$(domid g2)
	run on g1 "argo query $b:0x5200"
	assert_failure
	assert_output 'no ring'
	on g2 "setsid argo echo $a:0x5200 >/tmp/said 2>&1 </dev/null &"
	retry_until 10 on g1 "argocat -z $b:0x5200"
	run on g1 "argo ping $b:0x5200 3"
	assert_success
	assert_equal "${#lines[@]}" 3
	run on g1 "argo peers 0x5200"
	assert_line --regexp "^$b us [0-9]+"
	run on g1 'argo info'
	assert_output "domain $a"
	run on g2 'argo rings'
	assert_line --regexp "^[0-9]+ 0 $a 0x5200 .* argo\$"
}

# The other side is not there yet, then it is gone.
@test "argocat: waits for the other side, and notices its end" {
	local a b

	a=$(domid g1)
	b=$(domid g2)
	run on g1 "argocat $b:0x5300 </dev/null"
	assert_failure
	assert_output --partial 'Connection refused'
	on g1 "setsid sh -c 'echo hello | argocat -c -w 100 $b:0x5300; echo \$? >/tmp/said' >/tmp/out 2>&1 </dev/null &"
	sleep 2
	on g2 "(sleep 300 | setsid argocat -l $a:0x5300) >/tmp/out 2>&1 </dev/null &"
	retry_until 20 on g2 'grep -q hello /tmp/out'
	run on g1 'cat /tmp/said'
	assert_failure
	on g2 'killall -9 argocat'
	retry_until 20 on g1 'grep . /tmp/said'
}

# Its ring is full, and the sender waits: nobody else does.
@test "chardev: a reader that stands still is not felt beside it" {
	local a b before after

	a=$(domid g1)
	b=$(domid g2)
	pair_up
	run on g1 'ping -q -i 0.05 -c 60 -W 5 10.77.0.2'
	assert_line --partial ' 60 received'
	before=$(awk -F '[/ ]' '/^rtt/ { printf "%.0f", $8 * 1000 }' <<<"$output")
	on g2 "setsid chardev hold $a:0x5400 >/tmp/said 2>&1 </dev/null &"
	retry_until 10 on g2 'grep -q bound /tmp/said'
	on g2 'kill -STOP $(pidof chardev)'
	on g1 "setsid argocat -u $b:0x5400 </dev/zero >/dev/null 2>&1 &"
	sleep 2
	run on g1 'ping -q -i 0.05 -c 60 -W 5 10.77.0.2'
	assert_line --partial ' 60 received'
	after=$(awk -F '[/ ]' '/^rtt/ { printf "%.0f", $8 * 1000 }' <<<"$output")
	echo "us: $before before, $after with it"
	assert [ "$after" -le $((before * 2 + 5000)) ]
	run on g2 'grep "0x5400" /sys/kernel/debug/argo-dev/ends'
	assert_line --regexp ' 1 0 .* chardev$'
	assert_intact
}

@test "chardev: many rings, then no more, and who has them" {
	run on g1 'echo 5 >/sys/module/argo_dev/parameters/rings
		chardev rings 9
		dmesg | tail -n 3
		echo 96 >/sys/module/argo_dev/parameters/rings'
	assert_line '5 ENOSPC'
	assert_line --regexp 'no ring left for chardev.*chardev\[[0-9]+\]:0x'
	# given back
	run on g1 'chardev rings 90'
	assert_output '90 all'
}

@test "chardev: the module stays while it is in use" {
	on g1 "setsid chardev hold $(domid g2):0x5500 >/tmp/said 2>&1 </dev/null &"
	retry_until 10 on g1 'grep -q bound /tmp/said'
	run on g1 'rmmod argo-dev'
	assert_failure
	assert_output --partial 'in use'
	on g1 'killall -9 chardev; while pidof chardev; do sleep 0.1; done
		rmmod argo-dev && [ ! -e /dev/argo ] && [ ! -e /sys/kernel/debug/argo-dev ] &&
		modprobe argo-dev'
}

# The ring is lost with the domain's place; unread messages with it.
@test "chardev: save and restore with a reader that waits" {
	local a

	a=$(domid g1)
	on g1 "setsid chardev last $(domid dom0):0x5600 >/tmp/said 2>&1 </dev/null &"
	retry_until 10 on dom0 "chardev say $a:0x5600 before"
	retry_until 10 on g1 'grep -q before /tmp/said'
	guest_save g1
	guest_restore g1
	a=$(domid g1)
	retry_until 30 on g1 'grep -q ECONNRESET /tmp/said && grep -q bound /tmp/said'
	retry_until 10 on dom0 "chardev say $a:0x5600 after"
	retry_until 10 on g1 'grep -q after /tmp/said'
}
