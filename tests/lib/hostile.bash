# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# A guest that says to another what it likes: g2 to g1's argo0. For files that load
# lib/traffic and lib/faults.

hostile_install()
{
	test_modules >/dev/null
	# one that a test left behind keeps the program from being replaced
	on_both 'killall -q say; true' 'killall -q say; true'
	tool_install say g1 g2 "$@"
	"$BED" put g2 "$(test_modules)/argo-say.ko"
	on g2 '[ -e /dev/argo-say ] || insmod /tmp/argo-say.ko'
	"$BED" put g1 "$BATS_TEST_DIRNAME/lib/snapshot.sh" /usr/bin/snapshot
}

hostile_uninstall()
{
	on g2 'rmmod argo_say'
}

# A link over which the kernels say nothing by themselves: what g1 counts, g2 said.
hostile_pair() # [OPTIONS]
{
	pair_up "${1:-}"
	on_both 'sysctl -qw net.ipv6.conf.argo0.router_solicitations=0 \
			net.ipv6.conf.argo0.accept_dad=0' \
		'sysctl -qw net.ipv6.conf.argo0.disable_ipv6=1'
	G1_MAC=$(on g1 'cat /sys/class/net/argo0/address')
	G2_MAC=$(on g2 'cat /sys/class/net/argo0/address')
	on g1 "ip neigh replace 10.77.0.2 lladdr $G2_MAC dev argo0 nud permanent"
	on g2 "ip neigh replace 10.77.0.1 lladdr $G1_MAC dev argo0 nud permanent"
	on g1 'ping -q -c 2 -i 0.2 10.77.0.2'
}

# say LINE...: g2 says that; fails if Xen's answer is another than expected.
say()
{
	printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/lines"
	"$BED" put g2 "$BATS_TEST_TMPDIR/lines"
	on g2 "say $(domid g1) ${G1_MAC//:/} ${G2_MAC//:/} </tmp/lines"
}

# snapshot: everything that g1 counts, and all that was heard, when it has read all of
# its rings; "NAME VALUE" per line
snapshot()
{
	on g1 'snapshot argo0' | awk '
		/^ *q[0-9]+_/ {
			sub(/:$/, "", $1)
			sub(/^q[0-9]+_/, "", $1)
			sum[$1] += $2
			next
		}
		/^[A-Z][A-Za-z]+: / {
			group = substr($1, 1, length($1) - 1)
			if ($2 !~ /^-?[0-9]+$/)
				n = split($0, name)
			else
				for (i = 2; i <= n; i++)
					sum[group name[i]] = $i
			next
		}
		NF == 2 { sum[$1] = $2 }
		END { for (n in sum) printf "%s %.0f\n", n, sum[n] }'
}

# differ BEFORE AFTER WANTED: prints what became of the counters that is not wanted:
# "NAME VALUE", "NAME VALUE+" for at least so much. What rejects and counts messages
# does not move unless it is said.
differ()
{
	awk -v wanted="$3" '
		FNR == NR { before[$1] = $2; next }
		{ after[$1] = $2 }
		END {
			n = split(wanted, w)
			for (name in after)
				if (name ~ /^(rx_packets|rx_bad_.*|good|damaged|carrier)$/)
					want[name] = 0
			for (i = 1; i < n; i += 2)
				want[w[i]] = w[i + 1]
			if ("good" in want && want["rx_packets"] == 0)
				want["rx_packets"] = want["good"]
			for (name in want) {
				if (!(name in after)) {
					print name " does not exist"
					continue
				}
				got = after[name] - before[name]
				if (want[name] ~ /\+$/ ? got < want[name] + 0 : got != want[name])
					print name ": " got ", not " want[name]
			}
		}' <(echo "$1") <(echo "$2")
}

# rows: reads a table of "TAG | LINE; LINE... | COUNTER VALUE...", says the lines of
# each row and compares. One that differs is told, and the others are tried, too.
rows()
{
	local tag lines wanted before after wrong=0 bad words n=0

	before=$(snapshot)
	while IFS='|' read -r tag lines wanted <&9; do
		tag=${tag// /}
		[ -n "$tag" ] || continue
		n=$((n + 1))
		IFS=';' read -r -a words <<<"$lines"
		bad=
		say "${words[@]# }" >"$BATS_TEST_TMPDIR/said" 2>&1 || bad=$(cat "$BATS_TEST_TMPDIR/said")
		after=$(snapshot)
		bad+=$(differ "$before" "$after" "$wanted")
		if [ -n "$bad" ]; then
			wrong=1
			printf '%s:%s\n' "$tag" "$lines" | cut -c -300
			printf '    %s\n' "${bad//$'\n'/$'\n    '}"
		fi
		before=$after
	done 9<<<"$(cat)"
	[ "$n" -gt 0 ] && [ "$wrong" = 0 ]
}
