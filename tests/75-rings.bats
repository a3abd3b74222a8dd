#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # domains' shells expand it, faults.bash uses it
# Rings on real Xen: what argo-core offers its clients, and rings that Xen
# drops without a word.
# bats file_tags=fault,rings

load lib/traffic
load lib/faults

NET_PORT=0x6e657400

setup_file()
{
	test_modules >/dev/null
}

teardown()
{
	faults_teardown
}

# B1 B10 B11 B12 B14 B22 F17
@test "Xen answers as was measured, argo-core keeps its word to a client" {
	on g1 'modprobe argo-core'
	"$BED" put g1 "$(test_modules)/argo-selftest.ko"
	on g1 "dmesg -c >/dev/null; insmod /tmp/argo-selftest.ko domid=$(domid g1) absent=30000"
	run on g1 'rmmod argo_selftest; dmesg | sed -n "s/^.*argo-selftest: //p"'
	refute_line --partial 'not ok'
	assert_line --regexp '^done: [0-9]+ checks$'
	# Each of them ran: a check that was never reached has not passed.
	assert_equal "$(grep -c '^ok ' <<<"$output")" 129
	run on g1 'sed 1d /sys/kernel/debug/argo/rings'
	assert_output ''
}

came_back() # DOM
{
	[ "$(on "$1" 'cat /sys/class/net/argo0/carrier_up_count')" -ge 2 ]
}

# What Xen takes from either end, or from both, is noticed and made good.
lose() # DOM...
{
	local d other pids=()

	pair_up
	traffic_start g1 g2 10.77.0.2
	for d; do
		other=g2
		[ "$d" = g1 ] || other=g1
		lose_ring "$d" "$(domid "$other")" "$NET_PORT" &
		pids+=($!)
	done
	# With both, one may be just closing its own because of the other.
	wait "${pids[0]}" || [ $# -gt 1 ]
	[ $# = 1 ] || wait "${pids[1]}" || true
	# Both ends start over. What lost nothing itself learns it from the other.
	retry_until 20 came_back g1
	retry_until 20 came_back g2
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	traffic_goes_on
	run rings g1
	assert_output "$(domid g2) $NET_PORT"
	run rings g2
	assert_output "$(domid g1) $NET_PORT"
}

# F24
@test "a ring is lost at one end under traffic" {
	lose g1
}

# F24
@test "rings are lost at both ends under traffic" {
	lose g1 g2
}

@test "a lost ring is found without any traffic" {
	pair_up
	# Not even neighbours are asked for.
	on g1 'sysctl -qw net.ipv6.conf.argo0.disable_ipv6=1'
	on g2 'sysctl -qw net.ipv6.conf.argo0.disable_ipv6=1'
	lose_ring g2 "$(domid g1)" "$NET_PORT"
	retry_until 20 came_back g1
	retry_until 20 came_back g2
	transfer g1 g2 10.77.0.2
}

@test "a ring is lost in a stalled link" {
	HURT=g2
	pair_up 'ring-size 64K'
	on g1 'setsid ping -q -f -s 8000 10.77.0.2 >/dev/null 2>&1 </dev/null &'
	stand_still g2
	retry_until 15 in_state stalled g1 argo0
	lose_ring g1 "$(domid g2)" "$NET_PORT"
	wake_up g2
	retry_until 20 carrier g1 argo0
	retry_until 20 carrier g2 argo0
	on g1 'killall -q ping || true'
	transfer g1 g2 10.77.0.2
}

# The worst ping over argo0, in milliseconds
worst_ping()
{
	on g1 'ping -q -c 10 -i 0.4 -W 9 10.77.0.2' |
		sed -n 's,^rtt .*= [^/]*/[^/]*/\([0-9]*\).*,\1,p'
}

# bats test_tags=sleepers
@test "a link that puts its interrupts off is not felt on another" {
	local worst

	pair_up
	on dom0 "$(argonet_commands argo1 3 peer "$(domid g1)" port 0x300 peer-port 0x300) &&
		ip addr flush dev argo1 && ip addr add 10.76.0.3/24 dev argo1 && ip link set argo1 up"
	on g1 'ip link add argo1 type argonet peer 0 port 0x300 peer-port 0x300 &&
		ip addr add 10.76.0.1/24 dev argo1 && ip link set argo1 up'
	retry_until 20 carrier g1 argo1
	on g1 'ping -q -c 2 10.77.0.2 && ping -q -c 2 10.76.0.3'
	on g1 'echo 3000000000 >/sys/class/net/argo1/gro_flush_timeout &&
		echo 1 >/sys/class/net/argo1/napi_defer_hard_irqs &&
		(setsid ping -q -i 1 -W 9 10.76.0.3 >/dev/null 2>&1 </dev/null &)'
	sleep 1.2
	worst=$(worst_ping)
	on g1 'killall -q ping || true'
	echo "worst of ten: $worst ms"
	assert [ "$worst" -lt $((100 * BED_SLOW)) ]
}

@test "one of several rings is lost" {
	pair_up 'queues 4'
	lose_ring g1 "$(domid g2)" $((NET_PORT + 2))
	# Sixteen flows: some of them come to that queue.
	on g2 'iperf3 -s -D -p 5201'
	on g1 'setsid iperf3 -u -c 10.77.0.2 -p 5201 -b 1M -P 16 -t 600 -R >/dev/null 2>&1 </dev/null &'
	retry_until 30 came_back g1
	retry_until 30 came_back g2
	on g1 'killall -q -9 iperf3'
	on g2 'killall -q -9 iperf3; iperf3 -s -D -p 5201'
	retry_until 20 carrier g1 argo0
	on g1 'timeout 60 iperf3 -c 10.77.0.2 -p 5201 -P 16 -n 64K -R'
	run rings g1
	assert_equal "${#lines[@]}" 4
}

# B61: argo0's ring is one of 128.
@test "more links than Xen gives rings" {
	pair_up
	on g1 'for n in $(seq 200); do
			echo "link add many$n type argonet peer 0 port $((0x8000 + n)) ring-size 4K"
			echo "link set many$n up"
		done | ip -batch -'
	retry_until 30 all_rings g1
	run said g1 'many[0-9]*: this domain has all the Argo rings'
	assert_success
	transfer g1 g2 10.77.0.2
	# Whoever waits gets what others give back.
	on g1 'for n in $(seq 1 100); do echo "link del many$n"; done | ip -batch -'
	retry_until 30 rings_of_all g1 101
	on g1 'for n in $(seq 101 200); do echo "link del many$n"; done | ip -batch -'
	run rings g1
	assert_output "$(domid g2) $NET_PORT"
	transfer g1 g2 10.77.0.2
}

all_rings() # DOM
{
	rings_of_all "$1" 128
}

rings_of_all() # DOM COUNT
{
	[ "$(rings "$1" | wc -l)" = "$2" ]
}

# B63
@test "frames of the local stack that are too short or too long leave nothing" {
	tool_install say g1
	pair_up
	# What is shorter than a header the kernel does not even give to a device.
	run on g1 "say frames argo0 0 1 13 14 1514 1518 1519 65535 70000; ip -s link show argo0"
	assert_success
	assert_equal "${lines[*]:0:3}" 'EINVAL EINVAL EINVAL'
	assert_equal "${lines[*]:3:2}" 'sent sent'
	assert_equal "${lines[*]:6:3}" 'EMSGSIZE EMSGSIZE EMSGSIZE'
	transfer g1 g2 10.77.0.2
}

# F16: somebody registered a ring of this name before. It is replaced: whoever can do
# that is this domain itself.
@test "a ring that is there already" {
	"$BED" put g1 "$(test_modules)/argo-say.ko"
	tool_install say g1
	argonet_load g1
	on g1 "insmod /tmp/argo-say.ko &&
		echo 'register 0 4032' | say $(domid g2) 000000000000 000000000000"
	pair_up
	transfer g1 g2 10.77.0.2
	on g1 'rmmod argo_say'
}
