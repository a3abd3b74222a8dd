# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Traffic whose every byte is checked, counters, and cleaning up after both.
# Files that load this need nothing else.
#
# Scripts for domains are quoted here, and "run" sets variables:
# shellcheck disable=SC2016,SC2154

load lib/bed

# What is sent follows from this; a failed test prints it, and the same number
# in the environment repeats the test.
SEED=${TRAFFIC_SEED:-$RANDOM}

# Files may redefine these; each domain keeps the program until it dies.
setup_file()
{
	traffic_install g1 g2
}

setup()
{
	echo "seed: $SEED"
	bed_setup
	BED_WAITED=$(bed_waited)
	BED_BEGAN=${EPOCHREALTIME/./}
}

teardown()
{
	[ -n "${BATS_TEST_COMPLETED:-}" ] || traffic_kill
	bed_teardown
}

# tool_install NAME DOM...: build tests/tools/NAME.c, or all of tests/tools/NAME/, put
# it into domains.
tool_install()
{
	local tool=$BUILD/tests/$1 src=$BATS_TEST_DIRNAME/tools/$1 d

	shift
	[ -d "$src" ] || src+=.c
	if [ ! -e "$tool" ] || [ -n "$(find "$src" -newer "$tool")" ]; then
		[ ! -d "$src" ] || src+='/*.c'
		mkdir -p "${tool%/*}"
		# shellcheck disable=SC2086 # as many files as there are
		gcc -O2 -Wall -static -s -I "$BATS_TEST_DIRNAME/modules" \
			-o "$tool.$$" $src || return
		mv "$tool.$$" "$tool"
	fi
	for d; do
		"$BED" put "$d" "$tool" "/usr/bin/${tool##*/}"
	done
}

traffic_install() # DOM...
{
	tool_install traffic "$@"
}

# What a failed test may leave running. Devices go with argonet_cleanup: those
# that stand on links vanish with them, others are made in namespaces.
traffic_kill()
{
	local d pids=()

	for d in dom0 $(guests); do
		timeout 60 "$BED" exec "$d" 'killall -q -9 traffic iperf3 socat hold raw' \
			>>"$(test_log)" 2>&1 3>&- 4>&- </dev/null &
		pids+=($!)
	done
	# Not all children: bats has one of its own, which sleeps.
	wait "${pids[@]}" || true
}

# on_both COMMAND-FOR-G1 COMMAND-FOR-G2: at the same time.
on_both()
{
	local pid

	on g1 "$1" 3>&- 4>&- &
	pid=$!
	on g2 "$2" 3>&- 4>&- &
	wait $! && wait "$pid"
}

# Starting a program takes long in an emulated machine, hence the shell's own
# means below where a program would be shorter.

# serve DOM PORT COMMAND: run in the background until "served" asks for the
# result. Returns when something listens at PORT. NETNS= is where.
serve()
{
	local dom=$1 port=$2 hex script

	shift 2
	hex=$(printf %04X "$port")
	script="
		listening()
		{
			local f at state
			for f in /proc/net/{tc,ud}p{,6}; do
				while read -r _ at _ state _; do
					case \$at-\$state in
					*:$hex-0A|*:$hex-07) return 0;;
					esac
				done <\$f
			done
			return 1
		}
		f=/tmp/serve-$port
		: >\$f.rc
		{
			$* >\$f.out 2>&1 &
			echo \$! >\$f.pid
			wait \$!
			echo \$? >\$f.rc
		} >/dev/null 2>&1 </dev/null &
		until listening; do
			[ ! -s \$f.rc ] || { cat \$f.out; exit 1; }
			sleep 0.1
		done"
	[ -z "${NETNS:-}" ] ||
		script="ip netns exec $NETNS bash -c $(printf %q "$script")"
	on "$dom" "$script"
}

# served DOM PORT [SIGNAL]: output and status of what "serve" started, which may
# have to be told that there will be no more.
served()
{
	on "$1" "f=/tmp/serve-$2
		i=0
		[ -z '${3:-}' ] || kill -'${3:-}' \$(cat \$f.pid) 2>/dev/null
		until [ -s \$f.rc ]; do
			i=\$((i + 1))
			[ \$i -lt $((600 * BED_SLOW)) ] || { echo 99 >\$f.rc; echo 'still running'; }
			sleep 0.1
		done
		cat \$f.out
		read -r rc <\$f.rc
		exit \$rc"
}

# How long nothing may come from a stream, in milliseconds.
STOP=$((200 * BED_SLOW))

# tcp FROM TO ADDRESS BYTES [WRITE]: one checked stream that does not stop.
tcp()
{
	serve "$2" 5001 traffic tcp-recv 5001 "$SEED" "$4" "$STOP" &&
		on "$1" "traffic tcp-send $3 5001 $SEED $4 ${5:-}" &&
		served "$2" 5001
}

# udp FROM TO ADDRESS COUNT SIZE [SEGMENTS [PAUSE]]: prints how many arrived;
# fails if one of them is wrong. While an address is not known yet the kernel
# keeps a few datagrams only, hence the ping.
udp()
{
	serve "$2" 5002 traffic udp-recv 5002 "$SEED" "$4" "$5" &&
		on "$1" "ping -q -c 1 -W 5 $3 >/dev/null &&
			traffic udp-send $3 5002 $SEED $4 $5 0 ${6:-1} ${7:-0}" &&
		served "$2" 5002 USR1
}

# The same between g1 and g2, both ways, and all has to arrive.
tcp_both() # BYTES [WRITE]
{
	tcp g1 g2 10.77.0.2 "$@" && tcp g2 g1 10.77.0.1 "$@"
}

udp_all() # FROM TO ADDRESS COUNT ...
{
	run udp "$@"
	assert_success
	assert_line "received $4"
}

# pings DOM LINE...: each line is what ping is given; every request has to be
# answered, with the bytes that were sent. Answers are counted by the kernel,
# because ping itself does not wait long for a late one.
pings()
{
	local dom=$1 cmd line

	shift
	cmd='answers()
		{
			awk "/^Icmp: [0-9]/ { n += \$11 } /^Icmp6InEchoReplies/ { n += \$2 }
				END { print n }" /proc/net/snmp /proc/net/snmp6
		}
		before=$(answers)
		'
	for line; do
		cmd+="ping -c 3 -i 0.02 $line || echo 'failed: $line'
			"
	done
	cmd+='for i in $(seq 100); do
			[ $(($(answers) - before)) -lt '$((3 * $#))' ] || break
			sleep 0.1
		done
		echo "answers: $(($(answers) - before))"'
	run on "$dom" "$cmd"
	assert_success
	refute_line --regexp '^failed:|wrong data|DUP!'
	assert_line "answers: $((3 * $#))"
}

# iperf DOM ADDRESS OPTIONS...: iperf3's output in JSON. The server is to be
# started with "serve DOM 5201 iperf3 -s -1".
iperf()
{
	local dom=$1 addr=$2

	shift 2
	run --separate-stderr on "$dom" "iperf3 -J -i 0 -c $addr $*"
	assert_success
}

# received DIRECTION: bytes that iperf's receivers got, from $output.
received() # [sum_received|sum_received_bidir_reverse]
{
	awk -v sum="\"${1:-sum_received}\":" '
		$1 == sum { in_sum = 1 }
		in_sum && $1 == "\"bytes\":" { print $2 + 0; exit }' <<<"$output"
}

# counters DOM DEVICE: "name value" per line: ethtool's, queues added up, and
# the device's own, named link_*, and TCP's time-outs since link_up.
counters()
{
	on "$1" "${NETNS:+ip netns exec $NETNS} bash -c '
		$TCP_TIMEOUTS
		before=0
		[ -n \"$NETNS\" ] || read -r before </run/tcp-timeouts
		echo tcp_timeouts \$((\$(tcp_timeouts) - before))
		for n in {rx,tx}_{packets,bytes,dropped,errors}; do
			read -r v </sys/class/net/$2/statistics/\$n && echo \$n:\$v
		done
		exec ethtool -S $2'" |
	awk '
		/^ *q[0-9]+_/ {
			sub(/:$/, "", $1)
			sub(/^q[0-9]+_/, "", $1)
			sum[$1] += $2
		}
		/^tcp_timeouts/ { sum[$1] = $2 }
		/^[a-z_]+:[0-9]+$/ { split($0, p, ":"); sum["link_" p[1]] = p[2] }
		END { for (n in sum) printf "%s %.0f\n", n, sum[n] }'
}

# count NAME COUNTERS [EARLIER]: a counter's value, or how much it rose.
count()
{
	local now before=0

	now=$(awk -v n="$1" '$1 == n { print $2 }' <<<"$2")
	[ -z "${3:-}" ] || before=$(awk -v n="$1" '$1 == n { print $2 }' <<<"$3")
	if [ -z "$now" ] || [ -z "$before" ]; then
		echo "no counter $1" >&2
		return 1
	fi
	echo $((now - before))
}

# Both ends of argo0 between g1 and g2 counted the same frames and bytes.
same_counts()
{
	local n

	C1=$(counters g1 argo0) && C2=$(counters g2 argo0) || return
	for n in packets bytes; do
		echo "$n: g1 sent $(count link_tx_$n "$C1"), g2 received $(count link_rx_$n "$C2")"
		echo "$n: g2 sent $(count link_tx_$n "$C2"), g1 received $(count link_rx_$n "$C1")"
		[ "$(count link_tx_$n "$C1")" = "$(count link_rx_$n "$C2")" ] || return
		[ "$(count link_tx_$n "$C2")" = "$(count link_rx_$n "$C1")" ] || return
	done
}

# The kernel sends a frame of its own now and then: look again until none is
# under way.
assert_same_counts()
{
	retry_until 20 same_counts
}

# How long the emulated machine has waited for CPUs of this one, in microseconds
bed_waited()
{
	awk '{ n += $2 } END { printf "%.0f", n / 1000 }' "/proc/$QEMU_PID/task/"*/schedstat
}

# Did it get them most of the time since the test began? TCP's timers go on while it
# waits, and expire whatever a link does.
bed_ran()
{
	local waited=$(($(bed_waited) - BED_WAITED)) passed=$((${EPOCHREALTIME/./} - BED_BEGAN))

	echo "waited for CPUs: $((waited / 1000)) ms in $((passed / 1000))"
	[ $((waited * 4)) -lt $passed ]
}

# No frame was dropped or damaged, and TCP did not miss any either.
assert_no_loss() # COUNTERS...
{
	local c bad judged=tcp_timeouts

	bed_ran || judged=
	for c; do
		bad=$(awk -v judged="$judged" '
			$1 ~ /^(link_rx_dropped|link_[rt]x_errors|rx_bad_.*|tcp_timeouts)$/ {
				n++
				if ($2 && ($1 != "tcp_timeouts" || judged))
					print
			}
			END { if (n < 12) print "only " n " counters" }' <<<"$c")
		assert_equal "$bad" ''
	done
}

# What one end of argo0 sent the other got, and none of it was dropped.
assert_intact()
{
	assert_same_counts
	assert_no_loss "$C1" "$C2"
}

# info DOM DEVICE WORD: what "ip -d link" says after a word of argonet's.
info()
{
	on "$1" "ip ${NETNS:+-n $NETNS} -d link show $2" |
		sed -n "s/.* argonet \(.* \)\?$3 \([^ ]*\).*/\2/p"
}

# peer_takes DOM LIST: what the peer of argo0 offers
peer_takes()
{
	[ "$(info "$1" argo0 peer-features)" = "$2" ]
}

# The longest frames that gso can allow, for the files that load this
# shellcheck disable=SC2034
BIG=$((224 * 1024))

# Has the kernel frames of IPv4 that are longer than 64 KiB? Since 6.3
big_ipv4()
{
	[ "$KERNEL" != 6.1 ]
}

# What an end offers unless somebody switched it off
all_features()
{
	local big4=

	! big_ipv4 || big4=big4,
	echo csum,tso4,tso6,ecn,uso,${big4}big6
}
