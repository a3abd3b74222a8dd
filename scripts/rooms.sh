#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who calls whom among a driver's files, read from its objects.
#
#   rooms.sh calls OBJECTS		a line for each: caller and called
#   rooms.sh check OBJECTS ORDER	complain about calls that go up in ORDER
#   rooms.sh draw OBJECTS ORDER		the same as a picture for dot(1)
#
# OBJECTS is the folder where the driver was built. ORDER is a file with a line
# for each file of the driver: its name and what it is for. A file may call the
# files below it only; thus no two of them need each other, however many are
# between.

set -euo pipefail

calls() # OBJECTS
{
	local o

	for o in "$1"/*.o; do
		case $o in
		*_test.o|*.mod.o) continue;;
		esac
		# the module itself is the sum of the others
		[ ! -e "${o%.o}.ko" ] || continue
		nm "$o" | awk -v file="$(basename "$o" .o)" \
			'$2 ~ /^[BDRTV]$/ { print "has", $3, file }
			 $1 == "U" { print "needs", $2, file }'
	done | awk '$1 == "has" { owner[$2] = $3; next }
		{ needs[$3 " " $2] }
		END {
			for (n in needs) {
				split(n, word, " ")
				if (word[2] in owner && owner[word[2]] != word[1])
					print word[1], owner[word[2]]
			}
		}' | sort -u
}

check() # OBJECTS ORDER
{
	calls "$1" | awk '
		NR == FNR { if ($1 !~ /^#/ && NF) place[$1] = ++n; next }
		!($1 in place) { print $1 " is missing in the order"; bad = 1; next }
		!($2 in place) { print $2 " is missing in the order"; bad = 1; next }
		place[$1] >= place[$2] { print $1 " calls " $2 ", which is above it"; bad = 1 }
		END { exit bad }' "$2" -
}

draw() # OBJECTS ORDER
{
	calls "$1" | awk '
		BEGIN {
			print "digraph {"
			print "node [shape=box, style=rounded, fontname=Helvetica]"
		}
		NR == FNR {
			if ($1 ~ /^#/ || !NF)
				next
			file = $1
			sub(/^[^ \t]+[ \t]+/, "")
			printf "\"%s\" [label=\"%s\", tooltip=\"%s\"]\n", file, file, $0
			next
		}
		{ printf "\"%s\" -> \"%s\"\n", $1, $2 }
		END { print "}" }' "$2" -
}

case ${1:-} in
calls)	calls "$2";;
check)	check "$2" "$3";;
draw)	draw "$2" "$3";;
*)	sed -n '3,7s/^# *//p' "$0" >&2; exit 2;;
esac
