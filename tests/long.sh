#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make test-long": the suite on each kernel, with each number of vCPUs and with
# each hypervisor, the random tests with more seeds, and a soak. Hours; the table at
# the end says what passed. A knob with several words is tried with each of them:
#
#   LONG_KERNELS="6.1 6.12" LONG_VCPUS="1 2 4" LONG_XENS="debug release"
#   LONG_SEEDS=3 (of KUnit and of each fuzzer) LONG_SOAK=300 LONG_CHAOS=1200 (seconds)
#
# TESTS= and TAGS= are what runs in each cell, otherwise all that has to do with
# traffic, faults and rings.

. "$(dirname "$0")/../scripts/lib/common.sh"

kernels=${LONG_KERNELS:-6.1 6.12}
vcpus=${LONG_VCPUS:-1 2 4}
xens=${LONG_XENS:-debug release}
seeds=${LONG_SEEDS:-3}
export SOAK=${LONG_SOAK:-300}

out=$LOGS/long-$(date +%Y%m%d-%H%M%S)
mkdir -p "$out"
bad=0

# cell NAME COMMAND...: run it, add a line to the table.
cell()
{
	local name=$1 log=$out/${1// /-}.log begin=$SECONDS said rc=0

	shift
	step "$name"
	"$@" >"$log" 2>&1 </dev/null || rc=$?
	said=$(grep -E '^[0-9]+ passed, ' "$log" | tail -n 1) || true
	[ "$rc" -eq 0 ] || bad=$((bad + 1))
	printf '%-34s %-6s %5d s  %s\n' "$name" "$([ "$rc" -eq 0 ] && echo ok || echo FAILED)" \
		$((SECONDS - begin)) "${said:-see $log}" >>"$out/table"
}

: >"$out/table"
for KERNEL in $kernels; do
	for XEN in $xens; do
		for GUEST_VCPUS in $vcpus; do
			TRAFFIC_SEED=$RANDOM
			export KERNEL XEN GUEST_VCPUS TRAFFIC_SEED
			cell "$KERNEL $XEN ${GUEST_VCPUS}cpu seed $TRAFFIC_SEED" \
				env TESTS="${TESTS:-10-,20-,21-,3,76-,80-,86-,90-}" "$TOP/tests/run"
		done
	done
done

unset TRAFFIC_SEED
KERNEL=6.1
export CHAOS=${LONG_CHAOS:-1200}
cell "chaos" env TESTS=90-soak "$TOP/tests/run"
cell "silo" env XEN_ARGS=xsm=silo TESTS=87-silo "$TOP/tests/run"
cell "hostile, a million frames" env FRAMES=1000000 TEST_TIMEOUT=1200 TESTS=77-hostile "$TOP/tests/run"
for _ in $(seq "$seeds"); do
	seed=$RANDOM
	cell "unit, KUnit seed $seed" env SEED=$seed TESTS=unit "$TOP/tests/run"
	cell "fuzz seed $seed" env FUZZ_SEED=$seed FUZZ_TIME=60 TESTS=fuzz "$TOP/tests/run"
done

cat "$out/table"
step "$bad failed, logs: $out"
[ "$bad" -eq 0 ]
