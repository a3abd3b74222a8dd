#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make bench": what argonet and netfront cost, counted to the instruction.
# Method and meaning: docs/benchmarks.md
#
#   BENCH_SEEDS=3        number of boots, each with another seed
#   BENCH_WORKLOADS=...  names, separated by commas; all if not given
#   BENCH_JOBS=1         boots at a time

export XEN=${XEN:-release} GUESTS=2 BED_CPUS=${BED_CPUS:-1}
export BED_MEM=${BED_MEM:-2560} DOM0_MEM=${DOM0_MEM:-1024}
export GUEST_ARGS="nokaslr ${GUEST_ARGS:-}" DOM0_ARGS="nokaslr ${DOM0_ARGS:-}"
. "$(dirname "$0")/lib/common.sh"
. "$TOP/scripts/lib/image.sh"

here=$TOP/scripts/bench
out=$BUILD/bench
seeds=${BENCH_SEEDS:-3}
jobs=${BENCH_JOBS:-1}
all=tcp,tcp4,bidir,rr,ping,udp64,udp1400,plain
workloads=${BENCH_WORKLOADS:-$all}

build()
{
	local s=$out/stage

	gcc -O2 -Wall -Wextra -shared -fPIC -fvisibility=hidden \
		-o "$out/count.so" "$here/count.c"
	install -d "$s/usr/bin"
	gcc -O2 -Wall -Wextra -static -o "$s/usr/bin/flow" "$here/flow.c"
	pack "$s" "$out/layer.cpio"
	rm -r "$s"
	{ echo "WORKLOADS='${workloads//,/ }'"; cat "$here/dom0.sh"; } >"$out/script"
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

boot() # SEED
{
	BED_ICOUNT=$1 "$TOP/scripts/bed" once --xen "$XEN" --xen-args "argo=1 $XEN_ARGS" \
		--toolstack --limit 1800 --layer "$out/layer.cpio" \
		--plugin "$out/count.so,out=$out/$1.counts,probes=$out/probes" \
		"$out/script" >"$out/$1.notes" || {
		touch "$out/$1.failed"
		die "the boot with seed $1 failed"
	}
	step "seed $1 is done"
}

"$TOP/scripts/setup.sh"
only_one bench
mkdir -p "$out"
rm -f "$out"/*.counts "$out"/*.notes "$out"/*.failed
probes >"$out/probes"
logged bench-build build

for seed in $(seq "$seeds"); do
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || true
	done
	step "boot $seed of $seeds: $workloads"
	boot "$seed" &
done
wait
! ls "$out"/*.failed >/dev/null 2>&1 || die "not all boots came to an end"

python3 "$here/report.py" "$out"
