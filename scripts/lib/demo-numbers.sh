# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Reading what iperf3 and ping print, and the demo's table.

iperf_mbits()
{
	python3 -c '
import json, sys
print(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"] / 1e6)'
}

ping_average()
{
	sed -n 's,^rtt min/avg/max/mdev = [0-9.]*/\([0-9.]*\)/.*,\1,p' | grep .
}

median() # FILE
{
	sort -n "$1" | awk '{ v[NR] = $1 }
		END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'
}

print_table() # FOLDER
{
	local at ap nt np

	at=$(median "$1/argonet.tcp")
	nt=$(median "$1/netfront.tcp")
	ap=$(median "$1/argonet.ping")
	np=$(median "$1/netfront.ping")
	echo
	echo "guest to guest, same boot, medians   argonet   netfront   argonet is"
	echo "-------------------------------------------------------------------------"
	awk -v a="$at" -v n="$nt" 'BEGIN {
		printf "TCP, Mbit/s                      %11.0f %10.0f   %.2f x as fast\n", a, n, a / n }'
	awk -v a="$ap" -v n="$np" 'BEGIN {
		printf "ping -f, average, ms             %11.2f %10.2f   %.2f x the time\n", a, n, a / n }'
}
