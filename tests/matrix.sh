#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which test is for which row of tests/matrix? A row's tag is looked for in the comments
# of tests, in their names, and in their tables. A tag before a test, or within it,
# is that test's.
#
#   matrix.sh		writes the tables into docs/testing.md
#   matrix.sh --check	fails if they are not there as they would be written
#   matrix.sh --missing	lists the rows without a test

set -euo pipefail
cd "$(dirname "$0")/.."

# tags FILES...: "TAG NAME-OF-TEST"
tags()
{
	awk '
		function found(text, name,	tag) {
			while (match(text, /(^|[^A-Za-z0-9_])[BF][0-9]+([^A-Za-z0-9_]|$)/)) {
				tag = substr(text, RSTART, RLENGTH)
				gsub(/[^BF0-9]/, "", tag)
				if (!seen[FILENAME, tag, name]++)
					print tag, name
				text = substr(text, RSTART + RLENGTH - 1)
			}
		}
		FNR == 1 {
			name = waiting = ""
			file = FILENAME
			sub(/.*\//, "", file)
			sub(/\.(bats|c|bash)$/, "", file)
		}
		{ comment = /^[ \t]*(#|\/\*|\*)/ }
		comment { waiting = waiting " " $0; next }
		/^@test "/ {
			name = $0
			sub(/^@test "/, "", name)
			sub(/" \{$/, "", name)
			found(name, "`" file "`: " name)
			name = "`" file "`: " name
		}
		# a function that takes no argument but the test
		/^static (void|bool|int) [a-z0-9_]+\(/ || /^[a-z_0-9]+\(\)$/ {
			name = $0
			sub(/^static [a-z]+ /, "", name)
			sub(/\(.*/, "", name)
			name = "`" file "`: `" name "`"
		}
		# a row of a table of tests, and what is said behind it
		/^\t(KUNIT_)?CASE\(/ || /^\t+try / {
			case_name = $0
			sub(/^\t(KUNIT_)?CASE\(/, "", case_name)
			sub(/^\t+try ./, "", case_name)
			sub(/[)"\047].*/, "", case_name)
			sub(/^.*[)"\047]/, "")
			found($0, "`" file "`: " case_name)
			next
		}
		{
			found(waiting, name)
			waiting = ""
		}
		/^\t[BF][0-9]+ \| / { found($1, name) }
		' "$@"
}

fake=(tests/fake-xen/kunit/*.c tests/modules/selftest*.c drivers/argo/core/*_test.c
	drivers/net/argonet/*_test.c tests/debug/guest/*.bash tests/sim/*.c)
real=(tests/*.bats)

all_tags()
{
	tags "${fake[@]}" | sed 's/^/fake /'
	tags "${real[@]}" | sed 's/^/real /'
}

table() # B|F
{
	all_tags | awk -F '|' -v letter="$1" '
		FNR == NR {
			tag = $0
			sub(/^[^ ]* /, "", tag)
			name = tag
			sub(/ .*/, "", tag)
			sub(/^[^ ]* /, "", name)
			tier = substr($0, 1, 4)
			tests[tier, tag] = tests[tier, tag] (tests[tier, tag] ? ", " : "") name
			next
		}
		/^#/ || substr($1, 1, 1) != letter { next }
		{
			n++
			cell["fake"] = tests["fake", $1]
			cell["real"] = tests["real", $1]
			none["fake"] = $3
			none["real"] = $4
			for (t in cell) {
				if (cell[t] != "")
					have[t]++
				else if (none[t] != "")
					cell[t] = "none: " none[t]
				else
					cell[t] = "**missing**"
				if (none[t] != "" && cell[t] ~ /^none/)
					impossible[t]++
			}
			lines = lines "| " $1 " " $2 " | " cell["fake"] " | " cell["real"] " |\n"
		}
		END {
			printf "| %s | The fake Xen (%d of %d) | Real Xen (%d of %d) |\n",
				letter == "B" ? "Bad input" : "Fault",
				have["fake"], n - impossible["fake"],
				have["real"], n - impossible["real"]
			print "|---|---|---|"
			printf "%s", lines
		}' - tests/matrix
}

# the document with the tables in it
document()
{
	local line skip=

	while IFS= read -r line; do
		case $line in
		'<!-- end -->')	skip=;;
		esac
		[ -n "$skip" ] || printf '%s\n' "$line"
		case $line in
		'<!-- matrix '?' -->')
			skip=1
			table "${line:12:1}";;
		esac
	done <docs/testing.md
}

case ${1:-} in
--check)
	diff docs/testing.md <(document) ||
		{ echo "run tests/matrix.sh"; exit 1; };;
--missing)
	{ table B; table F; } | grep -F '**missing**';;
*)
	document >docs/testing.md.new
	mv docs/testing.md.new docs/testing.md;;
esac
