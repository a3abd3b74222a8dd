# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Adding up a file that several TAP streams were written to.

# count_broken FILE WHAT: something without which there is nothing to test.
count_broken()
{
	printf '1..1\nnot ok 1 %s\n' "$2" | tee -a "$1"
}

# count_summary FILE: print the sum, fail unless it is all good. Tests that
# were announced but never ran have failed.
count_summary()
{
	awk '
		/^1\.\.[0-9]+/ { split($1, p, /\.\./); planned += p[2] }
		/^ok [0-9]+.*# skip/ { skipped++; next }
		/^ok [0-9]+/ { passed++ }
		/^not ok [0-9]+/ { failed++ }
		END {
			lost = planned - passed - failed - skipped
			if (lost > 0) {
				printf "%d tests were never run\n", lost
				failed += lost
			}
			printf "%d passed, %d failed, %d skipped\n",
				passed, failed, skipped
			exit failed > 0 || passed == 0
		}' "$1"
}
