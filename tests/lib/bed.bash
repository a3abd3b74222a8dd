# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What every BATS file loads: commands in domains, guests' lives, waiting,
# and the check of all logs after each test.

bats_require_minimum_version 1.8.0
load /usr/lib/bats/bats-support/load
load /usr/lib/bats/bats-assert/load

. "$BATS_TEST_DIRNAME/../scripts/lib/common.sh"
. "$BATS_TEST_DIRNAME/../scripts/lib/bed.sh"
# bats has its own ways of noticing a failed command
set +u +o pipefail
# shellcheck disable=SC2034
BED=$TOP/scripts/bed
[ ! -e "$RUN/env" ] || . "$RUN/env"
BED_LOG=${BED_LOG:-$LOG}

. "$BATS_TEST_DIRNAME/lib/domains.bash"
. "$BATS_TEST_DIRNAME/lib/logs.bash"
. "$BATS_TEST_DIRNAME/lib/argonet.bash"

# Defaults; a file with its own setup or teardown calls these two first/last.
bed_setup()
{
	[ ! -e "$RUN/failed" ] || {
		echo "the bed died: $(cat "$RUN/failed")"
		return 1
	}
	unset LOG_ALLOW
	log_begin
}

bed_teardown()
{
	log_check "$ARGONET_CLEANUP"
}

setup()
{
	bed_setup
}

teardown()
{
	bed_teardown
}
