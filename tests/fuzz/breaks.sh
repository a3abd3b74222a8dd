#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Are the fuzzers worth their time? Break a copy of a driver file on purpose,
# in one way after another: each has to be found in the time that the test
# suite spends, starting from the committed inputs. Prints TAP.

. "$(dirname "$0")/lib.sh"

SCRATCH=$FUZZ/breaks
limit=(-max_total_time="${FUZZ_TIME:-10}")

one() # a line of "breaks"
{
	local target file sed what dir start ms

	IFS=$'\t' read -r target file sed what <<<"$1"
	what="fuzz $target: $what"
	dir=$(mktemp -d "$SCRATCH/$target.XXXXXX")
	cp -r "$TOP/drivers" "$dir"
	sed -i "$sed" "$dir/drivers/$file"
	if cmp -s "$TOP/drivers/$file" "$dir/drivers/$file"; then
		echo "not ok 1 $what: nothing to break any more"
		return
	fi
	if ! make -C "$HERE" O="$dir" DRIVERS="$dir/drivers" WARN=-w "$dir/$target" \
			>"$dir/build" 2>&1; then
		echo "not ok 1 $what: does not build, see $dir/build"
		return
	fi
	start=$(date +%s%3N)
	fuzz "$dir/$target" "$dir" "${limit[@]}" || true # see what it left
	ms=$(($(date +%s%3N) - start))
	what+=", $ms ms, $(fuzz_runs "$dir") inputs"
	if ! compgen -G "$dir/*-????????????????????????????????????????" >/dev/null; then
		echo "not ok 1 $what: not found"
	else
		echo "ok 1 $what: $(sed -n '/^[^ ]*: .*; /{s,^[^ ]*/,,;p;q};/SUMMARY/{s/ in .*//;p;q}' \
			"$dir/log")"
		rm -rf "$dir"
	fi
}

breaks=()
while read -r line; do
	[[ $line == \#* || -z $line ]] || [[ " ${targets[*]} " != *" ${line%%$'\t'*} "* ]] ||
		breaks+=("$line")
done <"$HERE/breaks"

rm -rf "$SCRATCH"
mkdir -p "$SCRATCH"
step "breaking the drivers in ${#breaks[@]} ways, seed $FUZZ_SEED"
in_parallel "$FUZZ_JOBS" one "${breaks[@]}" |
	awk -v n=${#breaks[@]} 'BEGIN { print "1.." n }
		/^(not )?ok 1 / { sub(/ 1 /, " " ++i " "); bad += /^not/ }
		{ print }
		END { exit bad > 0 || i < n }'
