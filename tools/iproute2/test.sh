#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Tests link_argonet.so with this machine's ip, without the driver and without
# touching any interface: test_wire.so, preloaded, prints what ip would send
# and answers its queries.
#
#   test.sh [FOLDER]	where link_argonet.so and test_wire.so are

set -euo pipefail

dir=$(cd "${1:-$(dirname "$0")}" && pwd)
export IP_LIB_DIR=$dir
count=0
failed=0

result() { # STATUS NAME [DETAIL]
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		printf '%s\n' "${3:-}" | sed 's/^/# /'
		failed=$((failed + 1))
	fi
}

run_ip() {
	PATH=/sbin:/usr/sbin:$PATH LD_PRELOAD=$dir/test_wire.so ip "$@"
}

same() { # NAME WANTED GOT
	local rc=0
	[ "$2" = "$3" ] || rc=1
	result $rc "$1" "wanted: $2"$'\n'"got:    $3"
}

# sends ATTRIBUTES WORDS...: what "ip link add" puts into IFLA_INFO_DATA
sends() {
	local want=$1 got
	shift
	got=$(run_ip link add argo0 type argonet "$@" 2>&1) || got+=" (exit $?)"
	same "add: $*" "$want" "$got"
}

# refuses MESSAGE WORDS...: nothing is sent, the message is there, exit is not 0
refuses() {
	local want=$1 got rc=0
	shift
	got=$(run_ip link add argo0 type argonet "$@" 2>&1) && rc=1
	case $got in
	*"$want"*) ;;
	*) rc=1 ;;
	esac
	result $rc "refused: $*" "wanted: $want"$'\n'"got:    $got"
}

# shows TEXT ATTRIBUTES [OPTIONS...]: what "ip -d link show" prints of them
shows() {
	local want=$1 data=$2 got
	shift 2
	got=$(TEST_WIRE_DATA=$data run_ip -d "$@" link show dev argo0 2>&1) ||
		got+=" (exit $?)"
	case $* in
	*-j*)	got=${got#*'"linkinfo":'}
		got=${got%%'}}'*}'}}' ;;
	*)	got=$(sed -n 's/^ *argonet *//p' <<<"$got" |
			sed 's/ numtxqueues.*//; s/ *$//') ;;
	esac
	same "show: $* $data" "$want" "$got"
}

sends 'none'
sends '1/4=0x3' peer 3
sends '1/4=0x0' peer 0
sends '1/4=0x7ff0' peer 0x7ff0
sends '1/4=0xffff' peer 65535
sends '2/4=0x1000' port 0x1000
sends '2/4=0xffffffff' port 4294967295
sends '3/4=0xdeadbeef' peer-port 0XDEADBEEF
sends '4/4=0x3ff' ring-size 1023
sends '4/4=0x10000' ring-size 64K
sends '4/4=0x10000' ring-size 0x40k
sends '4/4=0x100000' ring-size 1M
sends '4/4=0xfff00000' ring-size 4095m
sends '4/4=0x0' ring-size 0
sends '5/4=0x4' queues 4
sends '5/4=0xa' queues 010
sends '1/4=0x5 2/4=0x1000 3/4=0x1001 4/4=0x100000 5/4=0x2' \
	peer 5 port 0x1000 peer-port 0x1001 ring-size 1M queues 2
sends '5/4=0x2 1/4=0x5' queues 2 peer 5
sends '13/4=0x1' rejoin on
sends '13/4=0x0 1/4=0x5' rejoin off peer 5

got=$(run_ip link set dev lo type argonet peer 7 2>&1) || got+=" (exit $?)"
same 'set: peer 7' '1/4=0x7' "$got"

refuses 'unknown word "per"' per 3
refuses 'unknown word "ringsize"' peer 3 ringsize 64K
refuses 'unknown word ""' ''
refuses '"peer" needs a value' peer
refuses '"queues" needs a value' peer 3 queues
refuses '"peer" given twice' peer 3 peer 4
for bad in '' dom1 none -1 +1 ' 1' '1 ' 3x 0x 0xg 1K 65536 0x10000 \
		4294967299 18446744073709551619; do
	refuses "peer \"$bad\" is not a domain id" peer "$bad"
done
for bad in '' x -1 1K 1.5 4294967296 0x100000000; do
	refuses "port \"$bad\" is not a 32-bit number" port "$bad"
	refuses "peer-port \"$bad\" is not" peer-port "$bad"
	refuses "queues \"$bad\" is not" queues "$bad"
done
for bad in '' K 1G 1KB 1KK 4096M 4194304K 4294967296 18014398509481985K -64K; do
	refuses "ring-size \"$bad\" is not bytes" ring-size "$bad"
done
for bad in '' 1 0 On yes onn; do
	refuses "rejoin \"$bad\" is not on or off" rejoin "$bad"
done
refuses '"rejoin" needs a value' rejoin
refuses 'Usage: ... argonet' help
refuses 'Usage: ... argonet' peer 3 help

got=$(run_ip link help argonet) || got+=" (exit $?)"
case $got in
'Usage: ... argonet [ peer DOMID ]'*'hexadecimal after 0x.') result 0 'help' ;;
*) result 1 'help' "$got" ;;
esac

up='1/2=3 2/4=0x6e657400 3/4=0x6e657401 4/4=1048576 5/4=1 6/1=3 7/1=1
	8/4=0x7f 9/4=3 10/4=65568 11/4=2 12/4=65536 13/4=1'
up=${up//[$'\n\t']/ }
shows 'peer 3 port 0x6e657400 peer-port 0x6e657401 ring-size 1048576 queues 1 rejoin on state up version 1 features csum,tso4,tso6,ecn,uso,big4,big6 peer-features csum,tso4 peer-max-frame 65568 peer-queues 2 peer-ring-size 65536' \
	"$up"
shows '{"info_kind":"argonet","info_data":{"peer":3,"port":1852142592,"peer_port":1852142593,"ring_size":1048576,"queues":1,"rejoin":true,"state":"up","version":1,"features":["csum","tso4","tso6","ecn","uso","big4","big6"],"peer_features":["csum","tso4"],"peer_max_frame":65568,"peer_queues":2,"peer_ring_size":65536}}' \
	"$up" -j
shows 'state unbound features none' '6/1=0 8/4=0'
shows '{"info_kind":"argonet","info_data":{"state":"unbound","features":[]}}' \
	'6/1=0 8/4=0' -j
shows 'state down' '6/1=1'
shows 'state connecting' '6/1=2'
shows 'state stalled' '6/1=4'
shows 'rejoin off state gone' '6/1=5 13/4=0'
shows 'state 6 features csum,0x80000080' '6/1=6 8/4=0x80000081'
shows '{"info_kind":"argonet","info_data":{"state":"6","features":["uso","0x80"]}}' \
	'6/1=6 8/4=0x90' -j
shows 'queues 2' '1/0=0 2/3=0 5/4=2 99/4=1'	# odd lengths, unknown attribute
shows '' ''

echo "1..$count"
if [ "$failed" != 0 ]; then
	echo "# $failed of $count failed"
	exit 1
fi
