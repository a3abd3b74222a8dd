# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Two devices in two namespaces, each the other's peer: the domain talks to
# itself. And a connection that carries data all the time.

FAKE=/sys/kernel/debug/argo-fake

modules_load()
{
	insmod /debug/argo-core.ko fake_seed="$SEED" && insmod /debug/argonet.ko
}

modules_unload()
{
	rmmod argonet && rmmod argo-core
}

in_a() { ip netns exec a "$@"; }
in_b() { ip netns exec b "$@"; }

# link_add NAMESPACE [OPTIONS...]: with rings so small that they are full now
# and then, unless the options say otherwise
link_add()
{
	local ns=$1 port=0x1000 peer_port=0x2000 host=1

	shift
	[ "$ns" = a ] || { port=0x2000; peer_port=0x1000; host=2; }
	[ $# -gt 0 ] || set -- queues 2 ring-size 128K
	ip -n "$ns" link add argo0 type argonet peer 1 port $port \
		peer-port $peer_port "$@" &&
		ip -n "$ns" addr add 10.77.0.$host/24 dev argo0 &&
		ip -n "$ns" addr add fd77::$host/64 dev argo0 nodad &&
		ip -n "$ns" link set argo0 up
}

carrier()
{
	[[ $(ip -n "$1" -br link show argo0) == *LOWER_UP* ]]
}

no_carrier()
{
	! carrier "$1"
}

carriers()
{
	carrier a && carrier b
}

net_up()
{
	modules_load
	ip netns add a
	ip netns add b
	ip -n a link set lo up
	ip -n b link set lo up
	link_add a
	link_add b
	retry 30 carriers
}

net_down()
{
	traffic_stop
	ip netns del a
	ip netns del b
	modules_unload
}

listens()
{
	in_b ss -Hltn "sport = :$1" | grep -q .
}

serve() # PORT
{
	listens "$1" || in_b iperf3 -s -D -p "$1"
	retry 20 listens "$1"
}

# Paced, both ways, until it is stopped
traffic_start()
{
	serve 5201
	: >/tmp/tcp.log
	in_a setsid iperf3 -c 10.77.0.2 -t 86400 -i 0.5 -b 4M --bidir \
		--forceflush >/tmp/tcp.log 2>&1 </dev/null &
	traffic_flows
}

traffic_stop()
{
	killall -q -9 iperf3 ping || true
	sleep 0.2
}

# flowed OFFSET: there have been intervals in which the connection carried
# something, out and in
flowed()
{
	local line out=0 in=0

	while read -r line; do
		case $line in
		*" 0.00 Bytes"*)	;;
		*"[TX-C]"*)		out=$((out + 1));;
		*"[RX-C]"*)		in=$((in + 1));;
		esac
	done < <(tail -c "+$1" /tmp/tcp.log)
	[ $out -ge 2 ] && [ $in -ge 2 ]
}

# The same connection as ever still carries data, both ways.
traffic_flows()
{
	retry 60 flowed "$(stat -c %s /tmp/tcp.log)" && return
	tail -n 8 /tmp/tcp.log
	return 1
}

# Nothing waits for ever: frames pass in both directions on every queue, none
# of which keeps any when there is no traffic.
backlog()
{
	ip netns exec "$1" tc -s qdisc show dev argo0 | grep -c 'backlog [1-9]'
}

drained()
{
	[ "$(backlog a)" = 0 ] && [ "$(backlog b)" = 0 ]
}

# As much as the machine can, for a second: rings get full.
load()
{
	in_a timeout 1 ping -q -f -l 20 -s 30000 10.77.0.2 >/dev/null 2>&1 &
	in_b timeout 1 ping -q -f -l 20 -s 1200 fd77::1 >/dev/null 2>&1 &
	wait
}

answers()
{
	in_a ping -q -c 2 -i 0.2 -W 3 10.77.0.2 && in_b ping -q -c 2 -i 0.2 -W 3 fd77::1
}

# All is well again: what every case ends with
healthy()
{
	retry 30 carriers
	traffic_flows
	retry 20 answers
	killall -STOP iperf3
	retry 10 drained || { killall -CONT iperf3; return 1; }
	killall -CONT iperf3
}

fake()
{
	echo "${*:2}" >"$FAKE/$1"
}

# hits NAME: how often the fake made an operation fail, or a knob struck
hits()
{
	awk -v n="$1:" '$1 == n { print $2 }' "$FAKE/state"
}

heal()
{
	fake heal 1
}

# A failed case leaves anything behind: begin anew.
after_failure()
{
	[ ! -e "$FAKE/heal" ] || heal
	rm -f /tmp/reading
	echo 0 >/sys/kernel/tracing/events/enable
	echo 1 >/sys/devices/system/cpu/cpu1/online
	fault_injection_begin
	killall -q -9 socat tail traffic fail-nth
	net_down
	rmmod argo-core
	net_up && traffic_start
}
