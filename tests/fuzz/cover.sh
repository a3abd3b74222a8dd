#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What of the drivers' files do the unit tests and all inputs known reach? One
# table per file and each line that nothing reached; annotated sources are left
# in build/fuzz/cover/.

. "$(dirname "$0")/lib.sh"

OUT=$FUZZ/cover
files=(argo/core/cursor.c net/argonet/record.c net/argonet/handshake.c
	net/argonet/link.c)
sources=("${files[@]/#/$TOP/drivers/}" "$TOP/include/linux/argo_message.h")

rm -rf "$OUT"
mkdir -p "$OUT/raw"
export LLVM_PROFILE_FILE=$OUT/raw/%p.profraw

fuzz_build cover O="$OUT/bin" KIND=cover
objects=()
for t in "${targets[@]}"; do
	mkdir -p "$FUZZ/$t/corpus"
	logged "cover-$t" "$OUT/bin/$t" -runs=0 "$FUZZ/$t/corpus" "$HERE/corpus/$t"
	objects+=(-object "$OUT/bin/$t")
done

# Not as a fuzzer: a table of the unit tests alone tells what fuzzing adds.
mkdir -p "$OUT/unit"
LLVM_PROFILE_FILE=$OUT/unit/%p.profraw logged cover-unit \
	make -C "$TOP/tests/unit" check O="$OUT/bin" COMPILERS=clang \
	CHECKS="-std=gnu11 -fprofile-instr-generate -fcoverage-mapping"

table() # TITLE PROFILE...
{
	local title=$1

	shift
	llvm-profdata merge -o "$OUT/profile" "$@"
	echo "$title:"
	# The programs have functions of the same name, but not of the drivers.
	llvm-cov report -instr-profile="$OUT/profile" "$OUT/bin/unit-clang" \
		"${objects[@]}" "${sources[@]}" 2> >(grep -v mismatched >&2) |
		awk '/\.[ch] / || /^TOTAL/ {
			sub(/.*\//, "", $1)
			printf "  %-14s lines %4d of %4d %8s   branches %4d of %4d %8s\n",
				$1, $8 - $9, $8, $10, $11 - $12, $11, $13 }'
}

table "fuzz corpus" "$OUT"/raw/*.profraw
table "unit tests" "$OUT"/unit/*.profraw
table "both" "$OUT"/raw/*.profraw "$OUT"/unit/*.profraw

for f in "${sources[@]}"; do
	llvm-cov show -instr-profile="$OUT/profile" -show-branches=count \
		"$OUT/bin/unit-clang" "${objects[@]}" "$f" \
		>"$OUT/${f##*/}.txt" 2> >(grep -v mismatched >&2)
	sed -nE "s/^ *([0-9]+)\| +0\|/never reached: ${f##*/}:\1:/p" "$OUT/${f##*/}.txt"
	[[ $f == *.c ]] || continue # inline: once per user, not all take it
	grep -E 'Branch \(.*(True|False): 0[],]' "$OUT/${f##*/}.txt" |
		sed "s/^ *| */never taken: ${f##*/}: /" || true
done
