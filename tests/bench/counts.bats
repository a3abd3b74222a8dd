#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What "make bench" says can be relied on. "make test-bench"; boots on its own.

export BATS_TEST_TIMEOUT=$((1200 * ${BED_SLOW:-1}))

load /usr/lib/bats/bats-support/load
load /usr/lib/bats/bats-assert/load

TOP=$BATS_TEST_DIRNAME/../..

bench() # FOLDER
{
	BENCH_OUT=$1 BENCH_SEEDS=1 BENCH_WORKLOADS=ping XEN=release \
		"$TOP/scripts/bench.sh" </dev/null 3>&- 4>&-
}

report() # BASELINES [FOLDER]
{
	python3 "$TOP/scripts/bench/report.py" "${2:-$BATS_FILE_TMPDIR/a}" "$1"
}

# Three boots that counted what the first test's did
three() # FOLDER
{
	local seed

	[ -e "$BATS_FILE_TMPDIR/a/results.json" ] || skip "there are no counts"
	mkdir -p "$1"
	for seed in 1 2 3; do
		cp "$BATS_FILE_TMPDIR/a/1.1cpu.counts" "$1/$seed.1cpu.counts"
		cp "$BATS_FILE_TMPDIR/a/1.1cpu.notes" "$1/$seed.1cpu.notes"
	done
}

# The time a run took, with something done to it
change_time() # FILE RUN PERL-EXPRESSION
{
	RUN=$2 perl -pi -e 's{^(mark end \Q$ENV{RUN}\E .*ns=)(\d+)}{$1 . int($2 '"$3"')}e' "$1"
}

@test "two boots with the same seed count the same" {
	bench "$BATS_FILE_TMPDIR/a"
	bench "$BATS_FILE_TMPDIR/b"
	run grep -c '^mark end ping/argonet/large rounds=600 ' "$BATS_FILE_TMPDIR/a/1.1cpu.counts"
	assert_output 1
	cmp "$BATS_FILE_TMPDIR"/[ab]/1.1cpu.counts
}

@test "the benchmark fails when something costs more than before" {
	local old=$BATS_TEST_TMPDIR/old

	[ -e "$BATS_FILE_TMPDIR/a/results.json" ] || skip "there are no counts"
	mkdir "$old"
	cp "$BATS_FILE_TMPDIR/a/results.json" "$old/2000-01-01.json"
	run report "$old"
	assert_success
	assert_output --partial '0 worse'
	python3 - "$old" <<-'END'
		import json, sys
		path = sys.argv[1] + "/2000-01-01.json"
		data = json.load(open(path))
		data["workloads"]["ping"]["argonet"]["median"]["insn"] /= 1.06
		json.dump(data, open(path, "w"))
	END
	run report "$old"
	assert_failure
	assert_output --partial 'ping/argonet: insn was'
	assert_output --partial '1 worse'
}

@test "a cost far from that of other boots is an error" {
	local boots=$BATS_TEST_TMPDIR/boots

	three "$boots"
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_success
	refute_output --partial error:
	change_time "$boots/2.1cpu.counts" ping/argonet/large '* 2'
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_success
	change_time "$boots/2.1cpu.counts" ping/argonet/large '* 2'
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_failure
	assert_output --regexp 'error: ping/argonet, seed 2: virtual us .*: more than 3 times the median'
}

@test "a cost below nothing is an error, also netfront's" {
	local boots=$BATS_TEST_TMPDIR/boots

	three "$boots"
	change_time "$boots/3.1cpu.counts" ping/netfront/small '* 10'
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_failure
	assert_output --regexp 'error: ping/netfront, seed 3: virtual us -.*: impossible'
}

@test "a TCP time-out and a stop are errors when they are argonet's" {
	local boots=$BATS_TEST_TMPDIR/boots note

	three "$boots"
	note="warm timeouts=0 over50ms=0 over10ms=3 longest_us=20000 busiest=1"
	printf 'note tcp/%s\n' "argonet/$note" "netfront/${note//=0/=1}" \
		>>"$boots/1.1cpu.notes"
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_success
	note=${note/timeouts=0/timeouts=2}
	echo "note tcp/argonet/${note/over50ms=0/over50ms=1}" >>"$boots/1.1cpu.notes"
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_failure
	assert_output --partial 'error: tcp/argonet, seed 1: TCP time-outs 2: must be none'
	assert_output --partial 'error: tcp/argonet, seed 1: gaps > 50 ms 1: must be none'
}

@test "no boot at all proves nothing" {
	run report "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR"
	assert_failure
}

# As of boots with two CPUs, and of TCP
rename()
{
	local file

	for file in "$1"/*.1cpu.*; do
		sed 's,ping/,tcp@2/,' "$file" >"${file/1cpu/2cpu}"
		rm "$file"
	done
}

@test "the worst boot counts against netfront in the same boot" {
	local boots=$BATS_TEST_TMPDIR/boots seed row="tcp@2: time/MiB of netfront's .*"

	three "$boots"
	rename "$boots"
	for seed in 1 2 3; do
		change_time "$boots/$seed.2cpu.counts" tcp@2/netfront/large '* 3'
	done
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_success
	assert_output --regexp "$row aim reached"
	change_time "$boots/2.2cpu.counts" tcp@2/argonet/large '* 4'
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_output --regexp "$row missed"
	# when netfront is as slow in that boot, it is not argonet's fault
	change_time "$boots/2.2cpu.counts" tcp@2/netfront/large '* 4'
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_output --regexp "$row aim reached"
}

@test "boots with several CPUs are compared with earlier ones, if these were enough" {
	local boots=$BATS_TEST_TMPDIR/boots old=$BATS_TEST_TMPDIR/old seed

	three "$boots"
	rename "$boots"
	mkdir "$old"
	report "$old" "$boots"
	cp "$boots/results.json" "$old/2000-01-01.json"
	for seed in 1 2 3; do
		change_time "$boots/$seed.2cpu.counts" tcp@2/argonet/large '* 1.2'
	done
	run report "$old" "$boots"
	assert_failure
	assert_output --partial 'tcp@2/argonet: virtual us was'
	python3 - "$old/2000-01-01.json" <<-'END'
		import json, sys
		data = json.load(open(sys.argv[1]))
		data["workloads"]["tcp@2"]["argonet"]["all"]["insn"].pop()
		json.dump(data, open(sys.argv[1], "w"))
	END
	run report "$old" "$boots"
	assert_success
}

@test "pings beside one who keeps are compared with those without, a lost one is an error" {
	local boots=$BATS_TEST_TMPDIR/boots seed row='slow-tap: worst ping, us more .*'

	three "$boots"
	for seed in 1 2 3; do
		printf 'note slow-%s/argonet/ping ping_mean_us=100 ping_worst_us=%s lost=0\n' \
			none 1000 tap 1900 >>"$boots/$seed.1cpu.notes"
	done
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_success
	assert_output --regexp "$row aim reached"
	# in one boot of three
	sed -i '/slow-tap/s/=1900/=7000/' "$boots/3.1cpu.notes"
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_output --regexp "$row missed"
	sed -i '/slow-tap/s/lost=0/lost=1/' "$boots/3.1cpu.notes"
	run report "$BATS_TEST_TMPDIR" "$boots"
	assert_failure
	assert_output --partial 'error: slow-tap/argonet, seed 3: pings lost 1: must be none'
}
