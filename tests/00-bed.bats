#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The bed itself: what every other test relies on.
# bats file_tags=bed

load lib/bed

# bats test_tags=smoke
@test "a command's output, errors and exit status stay apart" {
	local d

	for d in dom0 $(guests); do
		run --separate-stderr on "$d" 'echo out; echo err >&2; uname -n; exit 3'
		assert_equal "$status" 3
		assert_equal "$output" "$(printf 'out\n%s' "$d")"
		# shellcheck disable=SC2154 # set by run
		assert_equal "$stderr" err
	done
}

@test "files survive the way into a domain and back" {
	head -c 300000 /dev/urandom >"$BATS_TEST_TMPDIR/file"
	"$BED" put g1 "$BATS_TEST_TMPDIR/file" /tmp/file
	"$BED" get g1 /tmp/file "$BATS_TEST_TMPDIR/back"
	cmp "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/back"
	on g1 rm /tmp/file
}

@test "the control channel survives all of a domain's devices going down" {
	local d

	for d in dom0 g1; do
		# shellcheck disable=SC2016 # the domain's shell expands it
		on "$d" 'ip -br link show up | sed "s/[@ ].*//" >/tmp/up
			for l in $(cat /tmp/up); do ip link set $l down; done'
		run on "$d" 'ip -br link show up'
		assert_success
		assert_output ''
		# shellcheck disable=SC2016
		on "$d" 'for l in $(cat /tmp/up); do ip link set $l up; done'
	done
}

# bats test_tags=smoke
@test "Xen runs with Argo" {
	run on dom0 'xl info'
	assert_success
	assert_line --regexp '^xen_commandline .*argo=1'
	run on dom0 'xl list'
	assert_line --regexp '^g1 '
	assert_line --regexp '^g2 '
}

# bats test_tags=smoke
@test "guests reach each other over netfront" {
	netfront_up
	on g1 'ping -q -c 3 -i 0.2 10.78.0.2'
}

@test "a paused guest stands still and goes on" {
	guest_pause g2
	run answers g2 3
	assert_failure
	guest_unpause g2
	retry_until 20 on g2 true
}

@test "the log check sees what a kernel complains about" {
	local d

	for d in dom0 g1; do
		log_begin
		on "$d" 'echo "BUG: made up by a test" >/dev/kmsg'
		run log_check
		assert_failure
		assert_output --partial 'BUG: made up by a test'
		log_begin
		run log_check
		assert_success
	done
}

@test "the log check lets pass what a test expects" {
	# shellcheck disable=SC2034 # log_check reads it
	LOG_ALLOW='made up by a test'
	on g1 'echo "WARNING: made up by a test" >/dev/kmsg'
	log_check
}
