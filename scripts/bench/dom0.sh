# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# "make bench" inside dom0: starts two guests and has g1 send to g2, first over
# netfront, then over argonet. Variables are put in front by bench.sh:
#   WORKLOADS	names of those below, separated by spaces
#
# Each workload runs in two sizes, after one more of the small size to warm up.
# What they cost is in the plugin's file; here only notes are printed.

set -eu -o pipefail
trap 'tail -n 15 /var/log/xen/console/guest-g*.log >&2' ERR

on() # GUEST COMMAND
{
	nsenter --net=/run/netns/ctl dbclient -y -y -T -i /etc/dropbear/key \
		"root@10.0.2.1${1#g}" "$2" 2>/tmp/on.err </dev/null || {
		echo "in $1: $2" >&2
		cat /tmp/on.err >&2
		return 1
	}
}

wanted()
{
	case " $WORKLOADS " in *" $1 "*) ;; *) return 1;; esac
}

start_guests()
{
	local g i

	for g in "$@"; do
		xl create -q /etc/xen/$g.cfg
	done
	for g in "$@"; do
		for i in $(seq 100); do
			! grep -qs "bed: $g is up" /var/log/xen/console/guest-$g.log || break
			sleep 0.5
		done
		for i in $(seq 20); do
			! on $g true 2>/dev/null || break
			sleep 0.2
		done
		# MiB of machine memory that are its own, for bench.sh
		xen-mfndump dump-p2m "$(xl domid $g)" |
			sed -n 's/.*mfn=0x\([0-9a-f]*\)[0-9a-f][0-9a-f] .*/\1/p' |
			sort | uniq -c | while read -r pages mib; do
				echo "memory $g $((0x$mib)) $pages"
			done
		# nothing there that sends by itself
		on $g 'sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1'
	done
}

# measure WORKLOAD NETWORK ADDRESS SMALL LARGE KIND ARGUMENTS...: flow's KIND from
# g1 to the address; % in the arguments is the size.
measure()
{
	local label=$1/$2 address=$3 small=$4 large=$5 kind=$6 size run=

	shift 6
	for size in warm:$small small:$small large:$large; do
		run+="flow $kind $label/${size%%:*} $address ${*//%/${size#*:}} && "
	done
	on g1 "${run}true"
}

# What is compared, over either network.
workloads() # NETWORK ADDRESS
{
	local mib=$((1 << 20))

	! wanted tcp || measure tcp "$@" $((16 * mib)) $((80 * mib)) tcp % 1
	! wanted tcp4 || measure tcp4 "$@" $((4 * mib)) $((20 * mib)) tcp % 4
	! wanted bidir || measure bidir "$@" $((8 * mib)) $((40 * mib)) bidir %
	! wanted rr || measure rr "$@" 100 600 rr %
	! wanted ping || measure ping "$@" 100 600 ping %
	! wanted udp64 || measure udp64 "$@" 2048 12288 udp % 64 64 2000
	! wanted udp1400 || measure udp1400 "$@" 2048 8192 udp % 1400 64 2000
	if wanted plain; then
		plain_ethernet "$1"
		measure plain "$@" $((4 * mib)) $((20 * mib)) tcp % 1
	fi
}

# MTU 1500 and nothing offloaded
plain_ethernet() # NETWORK
{
	local off='tso off gso off gro off tx off sg off' dev vif

	case $1 in
	netfront)
		dev=net0
		for vif in /sys/class/net/xenbr0/brif/*; do
			ethtool -K "${vif##*/}" $off
		done;;
	*)	dev=argo0;;
	esac
	for g in g1 g2; do
		on $g "ip link set $dev mtu 1500; ethtool -K $dev $off"
	done
}

netfront_up()
{
	local i

	for i in 1 2; do
		on g$i "ip addr add 10.78.0.$i/24 dev net0 && ip link set net0 up"
	done
}

carrier() # GUEST DEVICE
{
	local i

	for i in $(seq 50); do
		! on "$1" "grep -qx 1 /sys/class/net/$2/carrier" || return 0
		sleep 0.2
	done
	echo "no carrier on $2 in $1" >&2
	return 1
}

argonet_up()
{
	local i

	for i in 1 2; do
		on g$i "modprobe argonet &&
			ip link add argo0 type argonet peer $(xl domid g$((3 - i))) &&
			ip addr add 10.77.0.$i/24 dev argo0 && ip link set argo0 up"
	done
	carrier g1 argo0
	carrier g2 argo0
}

start_guests g1 g2
on g2 'flow serve'
netfront_up
workloads netfront 10.78.0.2
argonet_up
workloads argonet 10.77.0.2
