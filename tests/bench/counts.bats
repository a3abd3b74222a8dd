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

report() # BASELINES
{
	python3 "$TOP/scripts/bench/report.py" "$BATS_FILE_TMPDIR/a" "$1"
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
