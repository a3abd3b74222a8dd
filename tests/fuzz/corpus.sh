#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Choose anew what is committed in corpus/: of all inputs, those there and those
# that runs left in build/, the fewest that reach what all of them reach. To be
# run after a long "make fuzz", or when a target reads its input differently.

. "$(dirname "$0")/lib.sh"

one() # TARGET
{
	local new=$FUZZ/$1/chosen

	rm -rf "$new"
	mkdir -p "$new" "$FUZZ/$1/corpus" "$HERE/corpus/$1"
	# reached or not, and no matter how often
	logged "corpus-$1" "$FUZZ/bin/$1" -merge=1 -use_counters=0 -max_len=128 \
		"$new" "$FUZZ/$1/corpus" "$HERE/corpus/$1"
	rm -rf "$HERE/corpus/$1"
	mv "$new" "$HERE/corpus/$1"
	step "corpus/$1: $(find "$HERE/corpus/$1" -type f | wc -l) inputs," \
		"$(cat "$HERE/corpus/$1"/* | wc -c) bytes"
}

fuzz_build fuzz O="$FUZZ/bin"
in_parallel "$FUZZ_JOBS" one "${targets[@]}"
