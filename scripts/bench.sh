#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make bench": what argonet and netfront cost, counted to the instruction.
# Method and meaning: docs/benchmarks.md
#
#   BENCH_SEEDS=3        number of boots with one CPU, each with another seed
#   BENCH_CPUS=2,4       further boots, with as many CPUs
#   BENCH_CPU_SEEDS=6    how many of each of these
#   BENCH_WORKLOADS=...  names from scripts/bench/dom0.sh, separated by commas
#   BENCH_JOBS=2         boots at a time
#   BENCH_OUT=...        where everything goes
#   BENCH_PROFILE=tcp/argonet/large   where the instructions of this phase went

export XEN=${XEN:-release} GUESTS=2
# Less than 3 GiB: above, machine addresses have a hole that the plugin ignores.
export BED_MEM=${BED_MEM:-2560} DOM0_MEM=${DOM0_MEM:-768} GUEST_MEM=${GUEST_MEM:-256}
# Self tests of ciphers and a walk through all page tables take seconds.
args="nokaslr cryptomgr.notests rodata=off"
export GUEST_ARGS="$args ${GUEST_ARGS:-}" DOM0_ARGS="$args ${DOM0_ARGS:-}"
. "$(dirname "$0")/lib/common.sh"
. "$TOP/scripts/lib/image.sh"

here=$TOP/scripts/bench
out=${BENCH_OUT:-$BUILD/bench}
seeds=${BENCH_SEEDS:-3}
cpu_seeds=${BENCH_CPU_SEEDS:-6}
jobs=${BENCH_JOBS:-2}
profile=${BENCH_PROFILE:-}
if [ -n "${BENCH_WORKLOADS:-}" ]; then
	workloads=${BENCH_WORKLOADS//,/ }
	cpu_workloads=$workloads two_cpus=
	cpus=${BENCH_CPUS:-}
else
	workloads="tcp tcpbig tcp4 sendfile bidir rr ping udp64 udp1400 vsock vsockrr plain bridge raw queues idle sizes loopback pinned ordinary"
	cpu_workloads="tcp tcp4 queues"
	two_cpus="pingload slowreader"
	cpus=${BENCH_CPUS:-2,4}
fi
[ -z "$profile" ] || workloads+=" symbols"

# shellcheck disable=SC2046 # one word for each boot
trap 'kill $(jobs -rp) 2>/dev/null || true' EXIT

build()
{
	local s=$out/stage

	gcc -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden \
		-o "$out/count.so" "$here/count.c"
	install -d "$s/usr/bin"
	gcc -O2 -Wall -Wextra -static -o "$s/usr/bin/memory" "$here/memory.c"
	gcc -O2 -Wall -Wextra -static -o "$s/usr/bin/flow" "$here"/flow/*.c
	gcc -O2 -Wall -Wextra -static -o "$s/usr/bin/gso" "$TOP/tests/tools/gso.c"
	pack "$s" "$out/layer.cpio"
	rm -r "$s"
}

# Entries of functions in Xen; the plugin counts how often each is reached.
probes()
{
	nm "$BUILD/xen/$XEN/xen-syms" |
		awk 'NR == FNR { if ($1 !~ /^#/) want[$1] = 1; next }
			$2 ~ /[tT]/ && $3 in want { print $1, $3; delete want[$3] }
			END { for (f in want) { print "Xen has no " f >"/dev/stderr"; bad = 1 }
				exit bad }' "$here/probes" -
}

# Debian packs no kernel's System.map: ask the kernel itself, once.
kernel_symbols()
{
	local file=$BUILD/kernel/$KERNEL/symbols

	if [ ! -e "$file" ]; then
		echo "grep ' [tT] ' /proc/kallsyms | grep -v '\['" >"$out/symbols.script"
		"$TOP/scripts/bed" plain "$out/symbols.script" >"$file.new"
		mv "$file.new" "$file"
	fi
	echo "$file"
}

print_profile()
{
	nm "$BUILD/xen/$XEN/xen-syms" >"$out/xen.symbols"
	python3 "$here/profile.py" "$out/1.1cpu.counts" "$out/1.1cpu.notes" \
		"$out/xen.symbols" "$(kernel_symbols)" "$profile"
}

boot() # SEED CPUS WORKLOADS
{
	local name=$1.$2cpu once

	{ echo "CPUS=$2 WORKLOADS='$3'"; cat "$here/dom0.sh"; } >"$out/$name.script"
	BED_ICOUNT=$1 BED_CPUS=$2 GUEST_VCPUS=$2 \
		"$TOP/scripts/bed" once --xen "$XEN" --xen-args "argo=1 $XEN_ARGS" \
		--toolstack --limit 1800 --layer "$out/layer.cpio" \
		--plugin "$out/count.so,out=$out/$name.counts,probes=$out/probes,profile=$profile" \
		"$out/$name.script" >"$out/$name.notes" 2>"$out/$name.log" &
	once=$!
	# shellcheck disable=SC2064 # now
	trap "kill $once" TERM
	wait "$once" || {
		cat "$out/$name.log" >&2
		touch "$out/$name.failed"
		die "the boot with seed $1 and $2 CPUs failed"
	}
	step "seed $1, $2 CPUs: done"
}

# Begin it as soon as there is room.
queue() # SEED CPUS WORKLOADS
{
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || true
	done
	step "booting with seed $1, $2 CPUs: $3"
	boot "$@" &
}

"$TOP/scripts/setup.sh"
only_one bench
mkdir -p "$out"
rm -rf "$out"/*.counts "$out"/*.notes "$out"/*.failed "$out"/*.log "$out"/*.script "$out/ordinary"
probes >"$out/probes"
logged bench-build build

for seed in $(seq "$seeds"); do
	queue "$seed" 1 "$workloads"
done
for seed in $(seq "$cpu_seeds"); do
	for n in ${cpus//,/ }; do
		more=
		[ "$n" != 2 ] || more=$two_cpus
		queue "$seed" "$n" "$cpu_workloads $more"
	done
done
wait
! ls "$out"/*.failed >/dev/null 2>&1 || die "not all boots came to an end"

# Time as it passes, after all else, as this wants a quiet machine: the demo
ordinary()
{
	env -u BED_MEM -u DOM0_MEM -u GUEST_MEM -u GUEST_ARGS -u DOM0_ARGS \
		RESULTS="$out/ordinary" ROUNDS=5 "$TOP/scripts/demo.sh"
}

if [[ " $workloads " == *" ordinary "* ]]; then
	step "an ordinary boot: iperf3 and ping"
	logged bench-ordinary ordinary
fi

worse=0
python3 "$here/report.py" "$out" "$TOP/docs/bench" \
	kernel="$(cat "$BUILD/kernel/$KERNEL/version")" xen="$XEN_VERSION $XEN" \
	source="$(git -C "$TOP" describe --always --dirty 2>/dev/null || echo unknown)" \
	seeds="$seeds" cpu_seeds="$cpu_seeds" || worse=1
python3 "$here/chart.py" "$out/results.json" >"$out/chart.svg"
step "in full: $out/results.json, as a picture: $out/chart.svg"
[ -z "$profile" ] || print_profile
[ "$worse" = 0 ]
