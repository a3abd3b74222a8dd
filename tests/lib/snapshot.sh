#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# snapshot DEVICE: what a domain counts of a device and of the stack, once it has read
# its rings, and what "say hear" heard until now; for snapshot() of hostile.bash, which
# makes sense of it. A program takes long to start in an emulated machine: few do.

messages()
{
	ethtool -S "$1" | grep rx_messages
}

ears=/tmp/ears-$1
index=$(</sys/class/net/"$1"/ifindex)
if [ "$index" != "$(cat "$ears.index" 2>/dev/null)" ]; then
	[ ! -e "$ears.pid" ] || kill "$(<"$ears.pid")" 2>/dev/null
	echo "$index" >"$ears.index"
	: >"$ears"
	say hear "$1" >>"$ears" 2>&1 </dev/null &
	echo $! >"$ears.pid"
	until [[ $(<"$ears") == *damaged* ]]; do
		sleep 0.1
	done
fi

was=
now=$(messages "$1")
until [ "$was" = "$now" ]; do
	was=$now
	now=$(messages "$1")
done
: >"$ears"
kill -USR1 "$(<"$ears.pid")"
until [[ $(<"$ears") == *damaged* ]]; do
	read -rt 0.02 <> <(:)
done
echo "carrier $(</sys/class/net/"$1"/carrier_changes)"
echo "rx_packets $(</sys/class/net/"$1"/statistics/rx_packets)"
cat "$ears" /proc/net/snmp /proc/net/netstat /proc/net/snmp6
ethtool -S "$1"
