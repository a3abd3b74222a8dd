#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make demo": two guests on Xen talk over argonet, and over netfront through
# dom0's bridge, in the same boot; a small table compares them.

export XEN=${XEN:-release}
. "$(dirname "$0")/lib/common.sh"

export BED_RUN=$BUILD/run-demo RUN=$BUILD/run-demo
bed=$TOP/scripts/bed
. "$TOP/scripts/lib/demo-numbers.sh"

rounds=${ROUNDS:-3}
tcp_seconds=${TCP_SECONDS:-4}

show() # DOM COMMAND: run it and let the reader see both
{
	printf '\n%s# %s\n' "$1" "$2"
	"$bed" exec "$1" "$2" || die "'$2' failed in $1, see the logs in $(readlink -f "$LOGS/latest")"
}

carrier()
{
	local d

	for d in g1 g2; do
		for _ in $(seq 50); do
			[ "$("$bed" exec $d 'cat /sys/class/net/argo0/carrier')" != 1 ] || continue 2
			sleep 0.3
		done
		die "no carrier on argo0 in $d, see the logs in $(readlink -f "$LOGS/latest")"
	done
}

measure() # FILE-PREFIX ADDRESS
{
	"$bed" exec g1 "iperf3 -J -c $2 -t $tcp_seconds" | iperf_mbits >>"$1.tcp" ||
		die "iperf3 to $2 failed"
	# The next when the answer is there: a machine that falls asleep in
	# between measures how long QEMU takes to wake it.
	"$bed" exec g1 "ping -q -f -c 1000 $2" | ping_average >>"$1.ping" ||
		die "ping to $2 failed"
}

"$TOP/scripts/setup.sh"
"$bed" down
trap '"$bed" down' EXIT
"$bed" up

step "bringing up argonet between the guests"
show g1 'modprobe argonet'
show g2 'modprobe argonet'
show g1 "ip link add argo0 type argonet peer $("$bed" guest domid g2)"
show g2 "ip link add argo0 type argonet peer $("$bed" guest domid g1)"
for i in 1 2; do
	show g$i "ip addr add 10.77.0.$i/24 dev argo0; ip link set argo0 up"
	"$bed" exec g$i "ip addr add 10.78.0.$i/24 dev net0; ip link set net0 up"
done
carrier
show g1 'ip -d link show argo0'
show g1 'ping -c 3 10.77.0.2'
"$bed" exec g2 'iperf3 -s -D'
show g1 'iperf3 -c 10.77.0.2 -t 3'
show g1 'ping -c 3 10.78.0.2'
show g1 'iperf3 -c 10.78.0.2 -t 3'

echo
step "measuring, $rounds rounds, argonet and netfront in turn"
results=${RESULTS:-$BED_RUN/results}
mkdir -p "$results"
for _ in $(seq "$rounds"); do
	measure "$results/argonet" 10.77.0.2
	measure "$results/netfront" 10.78.0.2
done
print_table "$results"
