#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Is the simulation blind? Break a copy of the drivers in one way after another:
# each has to be noticed within ten seconds of histories, or to hang. Seconds are those
# of the processor, so what else the machine does changes nothing. Prints TAP.

. "$(dirname "$0")/../../scripts/lib/common.sh"
. "$TOP/tests/lib/parallel.sh"

HERE=$TOP/tests/sim
BREAKS=${BREAKS:-$HERE/breaks}
SCRATCH=$BUILD/sim-breaks

one() # a line of "breaks"
{
	local file sed what dir start rc=0

	IFS=$'\t' read -r file sed what <<<"$1"
	dir=$(mktemp -d "$SCRATCH/XXXXXX")
	# With the times of all files: only what is broken is compiled.
	cp -a "$SCRATCH/whole/." "$dir"
	sed -i "$sed" "$dir/drivers/$file"
	what="sim notices, $file: $what"
	if cmp -s "$TOP/drivers/$file" "$dir/drivers/$file"; then
		echo "not ok 1 $what: nothing to break any more"
	elif ! make -C "$HERE" O="$dir" DRIVERS="$dir/drivers" WARN=-w build \
			>"$dir/build" 2>&1; then
		echo "not ok 1 $what: does not build, see $dir/build"
	else
		start=$SECONDS
		timeout 1200 make -C "$HERE" O="$dir" DRIVERS="$dir/drivers" \
			WARN=-w SIM_TIME=10 SIM_FIRST=1 check >"$dir/found" 2>&1 || rc=$?
		case $rc in
		0)	echo "not ok 1 $what: not noticed";;
		124)	echo "not ok 1 $what: no end within 20 minutes, see $dir/found";;
		*)	echo "ok 1 $what, $((SECONDS - start)) s"; rm -rf "$dir";;
		esac
	fi
}

breaks=()
while read -r line; do
	[[ $line == \#* || -z $line ]] || breaks+=("$line")
done <"$BREAKS"

rm -rf "$SCRATCH"
mkdir -p "$SCRATCH/whole"
cp -a "$TOP/drivers" "$SCRATCH/whole"
make -C "$HERE" O="$SCRATCH/whole" DRIVERS="$SCRATCH/whole/drivers" WARN=-w build \
	>"$SCRATCH/build" 2>&1 || die "the simulation does not build, see $SCRATCH/build"
in_parallel "${SIM_JOBS:-$(nproc)}" one "${breaks[@]}" |
	awk -v n=${#breaks[@]} 'BEGIN { print "1.." n }
		/^(not )?ok 1 / { sub(/ 1 /, " " ++i " "); bad += /^not/ }
		{ print }
		END { exit bad > 0 || i < n }'
