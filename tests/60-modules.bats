#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Loading and unloading the modules, in every state and under traffic.
# bats file_tags=fault,modules

load lib/bed
load lib/faults

setup_file()
{
	test_modules >/dev/null
}

teardown()
{
	on g1 '! [ -d /sys/module/argo_say ] || rmmod argo_say'
	faults_teardown
}

# Both modules go, and take everything they showed along.
unload() # DOM
{
	on "$1" 'rmmod argonet && rmmod argo-core &&
		[ ! -e /sys/kernel/debug/argo ] &&
		[ ! -e /sys/bus/platform/devices/argo ] &&
		! grep -q argo /proc/interrupts'
}

reload() # DOM ADDRESS PEER
{
	unload "$1"
	argonet_add "$1" argo0 "$2" peer "$(domid "$3")"
}

# F6
@test "argo-core stays while argonet uses it" {
	argonet_load g1
	run on g1 'rmmod argo-core'
	assert_failure
	assert_output --partial 'in use by: argonet'
	unload g1
	run on g1 'rmmod argo-core'
	assert_failure
	assert_output --partial 'not currently loaded'
}

@test "the modules can be unloaded in every state but stalled" {
	local peer

	peer=$(domid g2)
	argonet_load g1
	unload g1

	argonet_load g1
	on g1 'ip link add argo0 type argonet && ip link set argo0 up'
	in_state unbound g1 argo0
	unload g1

	argonet_load g1
	on g1 "ip link add argo0 type argonet peer $peer"
	in_state down g1 argo0
	unload g1

	argonet_add g1 argo0 1 peer "$peer" queues 16
	in_state connecting g1 argo0
	unload g1

	argonet_add g1 argo0 1 peer 30000
	in_state connecting g1 argo0
	unload g1

	pair_up
	in_state up g1 argo0
	unload g1
	retry_until 20 no_carrier g2 argo0
	unload g2

	# Nothing was left behind at Xen: it all works once more.
	pair_up
	transfer g1 g2 10.77.0.2
}

# F4
@test "the modules are reloaded under traffic at either end" {
	pair_up
	traffic_start g1 g2 10.77.0.2
	reload g2 2 g1
	retry_until 20 carrier g1 argo0
	reload g1 1 g2
	retry_until 20 carrier g2 argo0
	reload g2 2 g1
	retry_until 20 carrier g1 argo0
	traffic_goes_on
	run rings g1
	assert_output "$(domid g2) 0x6e657400"
}

@test "the modules are reloaded under traffic at both ends at once" {
	local d pids=()

	pair_up
	traffic_start g1 g2 10.77.0.2
	for d in 'g1 1 g2' 'g2 2 g1'; do
		# shellcheck disable=SC2086 # three words
		reload $d &
		pids+=($!)
	done
	wait "${pids[0]}"
	wait "${pids[1]}"
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	traffic_goes_on
}

# F4, F5: what a reload takes and does not give back is a ring of 1152 KiB, or a page.
@test "the modules are reloaded thirty times, and all pages are back" {
	local before after

	pair_up
	reloads() # HOW-OFTEN
	{
		on g1 "for i in \$(seq $1); do
				rmmod argonet && rmmod argo-core && modprobe argonet &&
				ip link add argo0 type argonet peer $(domid g2) queues 2 &&
				ip link set argo0 up || exit
				j=0
				until [ \$(cat /sys/class/net/argo0/carrier) = 1 ]; do
					j=\$((j + 1))
					[ \$j -lt $((200 * BED_SLOW)) ] || exit
					sleep 0.05
				done
			done"
	}
	pages_left()
	{
		on g1 'rmmod argonet; rmmod argo-core; sync
			echo 3 >/proc/sys/vm/drop_caches; sleep 1
			awk "/^MemAvailable:/ { print \$2 / 4 }" /proc/meminfo; modprobe argonet
			ip link add argo0 type argonet'
	}
	reloads 2
	before=$(pages_left)
	reloads 30
	after=$(pages_left)
	echo "$before pages, then $after"
	# a leak of one ring each time would be 17280
	assert [ "$after" -gt $((before - 500)) ]
	run rings g1
	assert_output ''
}

# B64
@test "the modules are unloaded while everything about them is read" {
	on g1 'cat >/tmp/readers <<-"END"
		while :; do
			cat /sys/kernel/debug/argo/* /sys/class/net/argo0/statistics/*
			ip -d -s link show type argonet
			ethtool -S argo0
			ethtool -l argo0
		done >/dev/null 2>&1
		END
		for _ in 1 2; do
			(setsid bash /tmp/readers >/dev/null 2>&1 </dev/null & echo $! >>/tmp/readers.pids)
		done'
	for _ in 1 2 3; do
		pair_up
		on g1 'for _ in $(seq 50); do ! rmmod argonet || break; done; rmmod argo-core'
		retry_until 20 no_carrier g2 argo0
		on g2 'ip link del argo0'
	done
	on g1 'kill $(cat /tmp/readers.pids); rm /tmp/readers.pids'
}

# F21
@test "somebody else has the VIRQ: loading fails, and works once it is free" {
	"$BED" put g1 "$(test_modules)/argo-say.ko"
	on g1 '! [ -d /sys/module/argonet ] || rmmod argonet; ! [ -d /sys/module/argo_core ] || rmmod argo-core
		insmod /tmp/argo-say.ko virq=1'
	run on g1 'modprobe argo-core'
	assert_failure
	assert_output --partial 'busy'
	run on g1 'ls -d /sys/kernel/debug/argo /sys/bus/platform/devices/argo /sys/module/argo_core 2>/dev/null'
	assert_output ''
	on g1 'rmmod argo_say'
	pair_up
	transfer g1 g2 10.77.0.2
}

@test "debugfs shows each ring while it is registered" {
	local peer

	peer=$(domid g2)
	argonet_load g1
	run rings g1
	assert_output ''
	argonet_add g1 argo0 1 peer "$peer" port 0x1000 queues 3 ring-size 64K
	retry_until 10 on g1 "grep -q '^$peer 0x1002 ' /sys/kernel/debug/argo/rings"
	run rings g1
	assert_output "$(printf '%s\n' "$peer 0x1000" "$peer 0x1001" "$peer 0x1002")"
	run on g1 'cut -d" " -f3,7 /sys/kernel/debug/argo/rings | sort -u'
	assert_output "$(printf '65472 idle\nlen state')"
	on g1 'ip link set argo0 down'
	run rings g1
	assert_output ''
}

@test "tracepoints tell of everything that happens" {
	local event

	pair_up
	on g1 'cd /sys/kernel/tracing && echo >trace && echo 1 >events/argo/enable
		ping -q -c 3 -i 0.2 10.77.0.2
		ip link set argo0 down
		ip link set argo0 up'
	retry_until 20 carrier g1 argo0
	sleep 1
	run on g1 'cd /sys/kernel/tracing && echo 0 >events/argo/enable; cat trace'
	for event in argo_send argo_recv argo_virq argo_notify argo_register argo_unregister; do
		assert_output --partial " $event: "
	done
	assert_line --regexp "argo_unregister: partner=$(domid g2) port=0x6e657400 len=[0-9]+ ret=0"
	assert_line --regexp "argo_register: partner=$(domid g2) port=0x6e657400 len=[0-9]+ ret=0"
	assert_line --regexp "argo_send: domid=$(domid g2) port=0x6e657400 type=0x414e.* ret=[1-9]"
	assert_line --regexp "argo_recv: domid=$(domid g2) port=0x6e657400 type=0x414e"
}
