# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# How a fuzzer is started. All of it can be chosen on make's command line:
#
#   TARGET=NAMES    fuzz-NAME.c, several with commas between; all by default
#   FUZZ_TIME=N     seconds for each
#   FUZZ_RUNS=N     stop after so many inputs, instead
#   FUZZ_SEED=N     of the fuzzer's own choices
#   FUZZ_JOBS=N     targets at the same time

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib/common.sh"
. "$TOP/tests/lib/parallel.sh"

HERE=$TOP/tests/fuzz
# shellcheck disable=SC2034 # for those that load this
FUZZ=$BUILD/fuzz
FUZZ_TIME=${FUZZ_TIME:-}
FUZZ_RUNS=${FUZZ_RUNS:-}
FUZZ_SEED=${FUZZ_SEED:-$((RANDOM * 32768 + RANDOM))}
FUZZ_JOBS=${FUZZ_JOBS:-$(nproc)}

# Memory comes back soon and allocations are not traced: twice the speed.
export ASAN_OPTIONS=malloc_context_size=0:quarantine_size_mb=1:detect_stack_use_after_return=0
export UBSAN_OPTIONS=print_stacktrace=1

targets=()
for f in "$HERE"/fuzz-*.c; do
	f=${f##*/fuzz-}
	[[ -n ${TARGET:-} && ,$TARGET, != *,${f%.c},* ]] || targets+=("${f%.c}")
done
[ ${#targets[@]} -gt 0 ] || die "TARGET=$TARGET: there is no such fuzzer"

# fuzz_build NAME WORD...: build with these words for make, quietly
fuzz_build()
{
	local name=$1

	shift
	"$TOP/scripts/host-packages.sh"
	logged "$name" make -C "$HERE" -j"$FUZZ_JOBS" "$@"
}

# fuzz PROGRAM DIR OPTION...: fuzz in DIR, where findings, new inputs and the
# log go. Starts from what earlier runs found there and from what is committed.
# Inputs are short and many; a weight for each of them is not worth its time.
fuzz()
{
	local program=$1 dir=$2 name=${1##*/}

	shift 2
	mkdir -p "$dir/corpus" "$HERE/corpus/$name"
	"$program" -seed="$FUZZ_SEED" -max_len=128 -entropic=0 -timeout=10 \
		-print_final_stats=1 -artifact_prefix="$dir/" "$@" \
		"$dir/corpus" "$HERE/corpus/$name" >"$dir/log" 2>&1 </dev/null
}

# fuzz_runs DIR: how many inputs the last run there tried
fuzz_runs()
{
	sed -n 's/^stat::number_of_executed_units: *//p' "$1/log"
}
