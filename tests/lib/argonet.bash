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

# argonet_add DOM NAME ADDRESS OPTIONS...: one end, with addresses
# 10.77.0.ADDRESS and fd77::ADDRESS, up.
argonet_add()
{
	local d=$1 name=$2 addr=$3

	shift 3
	on "$d" "ip link add $name type argonet $* &&
		ip addr add 10.77.0.$addr/24 dev $name &&
		ip addr add fd77::$addr/64 dev $name nodad &&
		ip link set $name up"
}

carrier() # DOM DEVICE
{
	[ "$(on "$1" "cat /sys/class/net/$2/carrier")" = 1 ]
}

no_carrier() # DOM DEVICE
{
	[ "$(on "$1" "cat /sys/class/net/$2/carrier")" = 0 ]
}

# argonet_pair [DOM1 DOM2 [OPTIONS...]]: argo0 between two domains, g1 and g2
# unless named, with carrier.
argonet_pair()
{
	local a=${1:-g1} b=${2:-g2}

	shift $(($# > 2 ? 2 : $#))
	argonet_load "$a" "$b"
	argonet_add "$a" argo0 1 peer "$(domid "$b")" "$@"
	argonet_add "$b" argo0 2 peer "$(domid "$a")" "$@"
	retry_until 20 carrier "$a" argo0
	retry_until 20 carrier "$b" argo0
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
