# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Links over Argo.

# argonet_load DOM...
argonet_load()
{
	local d

	for d; do
		on "$d" modprobe argonet
	done
}

# The commands that make one end, with addresses 10.77.0.ADDRESS and
# fd77::ADDRESS.
argonet_commands() # NAME ADDRESS OPTIONS...
{
	local name=$1 addr=$2

	shift 2
	echo "modprobe argonet &&
		ip link add $name type argonet $* &&
		ip addr add 10.77.0.$addr/24 dev $name &&
		ip addr add fd77::$addr/64 dev $name nodad"
}

# argonet_add DOM NAME ADDRESS OPTIONS...: one end, up.
argonet_add()
{
	on "$1" "$(argonet_commands "${@:2}") && ip link set $2 up"
}

carrier() # DOM DEVICE
{
	[ "$(on "$1" "cat /sys/class/net/$2/carrier")" = 1 ]
}

no_carrier() # DOM DEVICE
{
	[ "$(on "$1" "cat /sys/class/net/$2/carrier")" = 0 ]
}

# Debian's default queueing discipline drops on purpose what waits for too long.
# Files whose tests count datagrams call this once.
plain_queue()
{
	PLAIN_QUEUE=1
}

# Prints how often TCP has timed out in this network namespace: what no link that
# works may make it do.
# shellcheck disable=SC2016,SC2034 # for the domain
TCP_TIMEOUTS='tcp_timeouts()
{
	local i names values

	while read -r -a names && read -r -a values; do
		for i in ${!names[@]}; do
			[ ${names[i]} != TCPTimeouts ] || echo ${values[i]}
		done
	done </proc/net/netstat
}'

# link_up DOM NAME ADDRESS OPTIONS...: argonet_add and the wait for carrier in
# one command. LINK_MTU= is its MTU. Time-outs are counted from here on.
link_up()
{
	local name=$2

	on "$1" "$(argonet_commands "${@:2}") &&
		read -r queue </proc/sys/net/core/default_qdisc || exit
		${PLAIN_QUEUE:+echo pfifo_fast >/proc/sys/net/core/default_qdisc}
		ip link set $name mtu ${LINK_MTU:-1500} up || exit
		echo \$queue >/proc/sys/net/core/default_qdisc
		i=0
		until [ \$(cat /sys/class/net/$name/carrier) = 1 ]; do
			i=\$((i + 1))
			[ \$i -lt $((300 * BED_SLOW)) ] ||
				{ echo 'no carrier'; exit 1; }
			sleep 0.1
		done
		$TCP_TIMEOUTS
		tcp_timeouts >/run/tcp-timeouts"
}

# Two link_up at once, argo0 at g1 and g2, each with options of its own.
pair_up() # [OPTIONS-OF-G1 [OPTIONS-OF-G2]]
{
	local one=${1:-} two=${2-${1:-}} a b pid

	a=$(domid g1) && b=$(domid g2) || return
	LINK_MTU=${MTU1:-1500} link_up g1 argo0 1 "peer $b $one" 3>&- 4>&- &
	pid=$!
	LINK_MTU=${MTU2:-1500} link_up g2 argo0 2 "peer $a $two" 3>&- 4>&- &
	wait $! && wait "$pid"
}

# Leave nothing of it behind in any domain that answers: programs, links, also
# those in other namespaces. The modules stay: loading them is for the tests
# that are about it, and for the first one.
# shellcheck disable=SC2016,SC2034 # for the domain
ARGONET_CLEANUP='
	if [ -d /sys/module/argonet ]; then
		killall -q -9 iperf3 ping socat tcpdump
		for ns in $(ip netns list | cut -d" " -f1); do
			[ "$ns" = ctl ] || ip netns del "$ns"
		done
		for l in $(ip -o link show type argonet 2>/dev/null |
				sed "s/^[0-9]*: \([^:@]*\).*/\1/"); do
			ip link del "$l"
		done
	fi'
