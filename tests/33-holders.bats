#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2030,SC2031 # domains' shells expand it; each "run" is of one test
# Whoever does not give back what was received is not felt by anybody else, and
# receiving is not the work of one vCPU.
# bats file_tags=traffic

load lib/traffic

# Several rings full. A small guest's kernel allows TCP less.
ROOM=$((16 << 20))
TCP_ROOM=$((4 << 20))

setup_file()
{
	traffic_install g1 g2
	tool_install hold g2
	tool_install raw g1
}

# Two streams from g1 to g2 and a ping, none of which stops, while g1 runs a command.
unfelt() # [COMMAND]
{
	local n=15000000

	serve g2 5011 traffic tcp-recv 5011 "$SEED" $n "$STOP"
	serve g2 5012 traffic tcp-recv 5012 "$SEED" $n "$STOP"
	run on g1 "${1:-true} >/dev/null 2>&1 &
		traffic tcp-send 10.77.0.2 5011 $SEED $n &
		one=\$!
		traffic tcp-send 10.77.0.2 5012 $SEED $n &
		ping -q -i 0.02 -c 50 -W 5 10.77.0.2
		wait \$one \$!"
	assert_success
	assert_line --partial ' 50 received'
	served g2 5011
	served g2 5012
}

# held KIND WHERE BYTES [COMMAND]: g2 keeps what comes, at least half of BYTES in the
# end, which is what g1's command sends, or the streams.
held()
{
	pair_up
	on g2 "hold $1 $2 $3 >/tmp/held 2>&1 </dev/null &"
	unfelt "${4:-}"
	run on g2 'killall hold; while pidof hold >/dev/null; do sleep 0.1; done; cat /tmp/held'
	assert_success
	assert [ "$output" -gt $(($3 / 2)) ]
	assert_intact
}

# B49
@test "holders: a TCP reader that stands still" {
	held tcp 5004 $TCP_ROOM "traffic tcp-send 10.77.0.2 5004 $SEED 1000000000"
}

@test "holders: a UDP reader that never reads" {
	held udp 5004 $ROOM "traffic udp-send 10.77.0.2 5004 $SEED 8000 1400"
}

@test "holders: a tap that does not read" {
	held packet argo0 $ROOM
}

# How many fragments g2 has got, and packets made of them
fragments()
{
	on g2 'awk "/^Ip: [0-9]/ { print \$15, \$16 }" /proc/net/snmp'
}

all_came() # BEFORE COUNT
{
	[ "$(fragments)" = "$((${1% *} + $2)) ${1#* }" ]
}

# They lie in the defragmenter for half a minute.
@test "holders: incomplete IP fragments" {
	local before

	pair_up
	before=$(fragments)
	unfelt 'raw fragments 10.77.0.2 1100 300'
	retry_until 20 all_came "$before" 300
	assert_intact
}

# four_streams ADDRESS [STOP]: how long a ping takes beside four streams, in $mean.
# With STOP the server of one stands still meanwhile.
four_streams()
{
	on g2 "for port in 5301 5302 5303 5304; do
			iperf3 -s -p \$port >/dev/null 2>&1 </dev/null &
			echo \$!
		done >/tmp/iperf
		sleep 1"
	on g1 "for port in 5301 5302 5303 5304; do
			iperf3 -c $1 -p \$port -t 3600 >/dev/null 2>&1 </dev/null &
		done
		sleep 2"
	[ -z "${2:-}" ] || on g2 'kill -STOP $(tail -n 1 /tmp/iperf)'
	run on g1 "ping -q -i 0.1 -c 40 -W 5 $1"
	on_both 'killall -q -9 iperf3; true' 'killall -q -9 iperf3; true'
	assert_line --partial ' 40 received'
	mean=$(awk -F '[/ ]' '/^rtt/ { printf "%.0f", $8 }' <<<"$output")
}

@test "holders: a ping beside four streams waits no longer than netfront's" {
	local going stopped mean

	pair_up
	four_streams 10.77.0.2
	going=$mean
	four_streams 10.77.0.2 stop
	stopped=$mean
	assert_intact
	netfront_up
	four_streams 10.78.0.2
	echo "ms: $going, with one stopped $stopped, netfront $mean"
	# a little for chance
	mean=$((mean * 5 / 4 + 5))
	assert [ "$going" -le $mean ]
	assert [ "$stopped" -le $mean ]
}

@test "holders: several queues are read on several vCPUs" {
	[ "$GUEST_VCPUS" -gt 1 ] || skip "guests have one vCPU"
	pair_up 'queues 4'
	# packets that went up, by CPU
	on g2 'cat /proc/net/softnet_stat >/tmp/before'
	serve g2 5201 iperf3 -s -1
	iperf g1 10.77.0.2 -n 20M -P 16
	run on g2 'exec 3</tmp/before
		while read -r n _ && read -r -u 3 old _; do
			echo $((16#$n - 16#$old))
		done </proc/net/softnet_stat | sort -n'
	assert_success
	echo "$output"
	assert_equal "${#lines[@]}" "$GUEST_VCPUS"
	assert [ "${lines[0]}" -gt $((lines[-1] / 10)) ]
	assert_intact
}
