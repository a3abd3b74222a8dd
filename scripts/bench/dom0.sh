# shellcheck shell=bash disable=SC2086 # names of guests and numbers
# SPDX-License-Identifier: GPL-2.0-only
# "make bench" inside dom0: starts two guests and has g1 send to g2, first over
# netfront, then over argonet. Variables are put in front by bench.sh:
#   WORKLOADS	names of those below, separated by spaces
#   CPUS	how many each guest has; more than one shows in the names of results
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

at=
[ "$CPUS" = 1 ] || at=@$CPUS

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
		xen-mfndump dump-p2m "$(xl domid $g)" | memory $g
		# nothing that sends by itself, and TCP as in a guest with more memory
		on $g 'sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 \
			net.ipv4.tcp_rmem="4096 131072 6291456" \
			net.ipv4.tcp_wmem="4096 16384 4194304" \
			net.ipv4.tcp_mem="45000 60000 90000"'
	done
}

# measure WORKLOAD NETWORK ADDRESS SMALL LARGE KIND ARGUMENTS...: flow's KIND from
# g1 to the address; % in the arguments is the size.
measure()
{
	local label=$1$at/$2 address=$3 small=$4 large=$5 kind=$6 size run=

	shift 6
	for size in warm:$small small:$small large:$large; do
		run+="flow $kind $label/${size%%:*} $address ${*//%/${size#*:}} && "
	done
	on g1 "${run}true"
}

mib=$((1 << 20))

# What is compared, over either network
workloads() # NETWORK ADDRESS DEVICE
{
	! wanted tcp || measure tcp "$1" "$2" $((16 * mib)) $((80 * mib)) tcp % 1
	! wanted tcpbig || [ "$1" != argonet ] || big "$2" "$3"
	! wanted tcp4 || measure tcp4 "$1" "$2" $((4 * mib)) $((20 * mib)) tcp % 4
	! wanted sendfile || measure sendfile "$1" "$2" $((16 * mib)) $((80 * mib)) sendfile % 1
	! wanted bidir || measure bidir "$1" "$2" $((8 * mib)) $((40 * mib)) bidir %
	! wanted rr || measure rr "$1" "$2" 100 600 rr %
	! wanted ping || measure ping "$1" "$2" 100 600 ping %
	! wanted udp64 || measure udp64 "$1" "$2" 2048 12288 udp % 64 64 2000
	! wanted udp1400 || measure udp1400 "$1" "$2" 2048 8192 udp % 1400 64 2000
	if wanted plain; then
		plain "$1" "$3" off
		measure plain "$1" "$2" $((4 * mib)) $((20 * mib)) tcp % 1
		plain "$1" "$3" on
	fi
	! wanted sizes || sizes "$@"
	! wanted pingload || on g1 "flow latency pingload$at/$1/ping $2 200 4 0"
	! wanted pinned || on g1 "flow pinned pinned$at/$1/once $2 12"
	! wanted slowreader || slowreader "$1" "$2"
}

# As tcp with longer frames, where the kernel has such of IPv4
big() # ADDRESS DEVICE
{
	! on g1 "gso $2" | grep -q 'ipv4_max_size 0' || return 0
	on g1 "gso $2 $((224 * 1024))"
	measure tcpbig argonet "$1" $((16 * mib)) $((80 * mib)) tcp % 1
	on g1 "gso $2 65536"
}

# Nothing offloaded, or all of it again; the MTU is 1500 anyway.
plain() # NETWORK DEVICE on|off
{
	local features="tso $3 gso $3 gro $3 tx $3 rx $3 sg $3" vif g

	[ "$1" = argonet ] || for vif in /sys/class/net/xenbr0/brif/*; do
		ethtool -K "${vif##*/}" $features
	done
	for g in g1 g2; do
		on $g "ethtool -K $2 $features"
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

argonet_link() # OPTIONS...
{
	local i

	for i in 1 2; do
		on g$i "ip link add argo0 type argonet peer $(xl domid g$((3 - i))) $* &&
			ip addr add 10.77.0.$i/24 dev argo0 && ip link set argo0 up"
	done
	carrier g1 argo0
	carrier g2 argo0
}

# g1 and g2 with a link to dom0 each, and dom0 in between
bridge()
{
	local g

	modprobe argonet
	ip link add argobr type bridge
	ip link set argobr up
	for g in g1 g2; do
		ip link add $g type argonet peer "$(xl domid $g)"
		ip link set $g master argobr up
		on $g "ip link add argo9 type argonet peer 0 &&
			ip addr add 10.79.0.${g#g}/24 dev argo9 && ip link set argo9 up"
	done
	carrier g1 argo9
	carrier g2 argo9
	measure bridge argonet 10.79.0.2 $((16 * mib)) $((80 * mib)) tcp % 1
	for g in g1 g2; do
		on $g 'ip link del argo9'
	done
	ip link del argobr
}

# Nothing but argo-core: messages of 64 KiB
raw()
{
	local bytes n run='' size

	on g2 "insmod /lib/modules/\$(uname -r)/extra/argo-bench.ko peer=$(xl domid g1)"
	for size in warm:16 small:16 large:80; do
		n=$((${size#*:} * 16))
		bytes=$((n * 65536))
		run+="flow run raw/argo-core/${size%%:*} bytes $bytes \
			insmod /tmp/argo-bench.ko peer=$(xl domid g2) messages=$n && rmmod argo-bench && "
	done
	on g1 "cp /lib/modules/\$(uname -r)/extra/argo-bench.ko /tmp && ${run}true"
	on g2 'rmmod argo-bench'
}

# More and more links that nobody uses
idle()
{
	local have=0 g n i

	for n in 1 8 32 100; do
		for g in g1 g2; do
			peer=$(xl domid g$((3 - ${g#g})))
			on $g "for i in $(seq -s ' ' $have $((n - 1))); do
				port=\$((0x10000 + 16 * i))
				echo link add idle\$i type argonet peer $peer port \$port peer-port \$port ring-size 64K
				echo link set idle\$i up
			done | ip -batch -"
		done
		for ((i = have; i < n; i++)); do
			echo "grep -qx 1 /sys/class/net/idle$i/carrier &&"
		done >/tmp/carriers
		until on g1 "$(cat /tmp/carriers) true" 2>/dev/null; do
			sleep 0.5
		done
		have=$n
		measure "udp64+$n" argonet 10.77.0.2 2048 12288 udp % 64 64 2000
		measure "ping+$n" argonet 10.77.0.2 100 600 ping %
	done
}

# Datagrams of other sizes than those above, each in one frame
sizes() # NETWORK ADDRESS DEVICE
{
	local size g vif

	[ "$1" = argonet ] || for vif in /sys/class/net/xenbr0/brif/*; do
		ip link set "${vif##*/}" mtu 65000
	done
	for g in g1 g2; do
		on $g "ip link set $3 mtu 65000"
	done
	for size in 256 1024 4096 16384 60000; do
		measure "udp$size" "$1" "$2" 512 2048 udp % $size 16 4000
	done
	for g in g1 g2; do
		on $g "ip link set $3 mtu 1500"
	done
}

# Pings while one begins to keep what he receives, then streams beside him; both
# without anybody (none), pings beside one who reads all (reader).
slowreader() # NETWORK ADDRESS
{
	local what hold small=8 large=56

	# much slower, and only to compare with
	[ "$1" != netfront ] || small=2 large=10
	for what in none reader stream datagrams tap fragments; do
		hold="sleep 1; flow hold $what $2"
		[ $what != none ] || hold=true
		on g1 "($hold) & flow latency slow-$what$at/$1/ping $2 500 1 $mib && wait \$!"
		[ $what = reader ] || measure slow-$what "$1" "$2" $((small * mib)) $((large * mib)) tcp % 3
		# shellcheck disable=SC2016 # there, not here
		[ $what = none ] || on g1 'kill $(cat /tmp/flow-hold)'
	done
	# so long the defragmenter keeps what it has
	sleep 31
}

# Four streams over 2 and 4 queues; one is what tcp4 has
queues()
{
	local n g

	for n in 2 4; do
		for g in g1 g2; do
			on $g 'ip link del argo0'
		done
		argonet_link queues $n
		measure tcp4q$n argonet 10.77.0.2 $((4 * mib)) $((20 * mib)) tcp % 4
	done
}

# Sockets of AF_VSOCK: a stream, and rounds of 64 bytes
sockets()
{
	local cid=$(($(xl domid g2) + 2)) g i

	for g in g1 g2; do
		on $g "modprobe vsock-argo peers=$(xl domid g$((3 - ${g#g})))"
	done
	on g2 'flow vserve'
	for i in $(seq 50); do
		! on g1 'grep -q " up " /sys/kernel/debug/vsock-argo/peers' || break
		sleep 0.2
	done
	! wanted vsock || measure vsock vsock-argo $cid $((16 * mib)) $((80 * mib)) vsock %
	! wanted vsockrr || measure vsockrr vsock-argo $cid 100 600 vsockrr %
	on g2 'killall flow; flow serve'
	for g in g1 g2; do
		on $g 'until rmmod vsock-argo; do sleep 0.2; done'
	done
}

# Within one guest: what programs and stack cost without any driver
loopback()
{
	on g1 'modprobe vsock_loopback && flow vserve && flow serve'
	measure lovsock loopback 1 $((16 * mib)) $((80 * mib)) vsock %
	measure lotcp loopback 127.0.0.1 $((16 * mib)) $((80 * mib)) tcp % 1
	measure loudp64 loopback 127.0.0.1 2048 12288 udp % 64 64 2000
}

# Where the modules' functions are, for a profile
symbols()
{
	local g

	for g in g1 g2; do
		on $g "sed -n 's/.*\[\(argo\|xen_netfront\).*/symbol $g &/p' /proc/kallsyms"
	done
}

start_guests g1 g2
on g2 'flow serve'

netfront_up
workloads netfront 10.78.0.2 net0

on g1 'modprobe argonet'
on g2 'modprobe argonet'
argonet_link
workloads argonet 10.77.0.2 argo0
if wanted vsock || wanted vsockrr; then
	sockets
fi
! wanted raw || raw
! wanted bridge || bridge
! wanted queues || queues
! wanted idle || idle
! wanted loopback || loopback
! wanted symbols || symbols
