# SPDX-License-Identifier: GPL-2.0-only
# Results in a kernel's log, one per line as "WORD<tab>NAME": of KUnit's cases
# and of argo-selftest's checks. What explains a failure follows as "#<tab>".

function close_suite() {
	if (suite != "" && planned != seen)
		print "not ok\t" suite ": " planned + 0 " cases announced, " seen + 0 " ended"
	suite = ""
}

{
	sub(/\r$/, "")
	sub(/^(<[0-9]+>)?\[ *[0-9.]+\] /, "")
}

# KUnit: a suite's cases are indented once, their parameters twice.
/^    # Subtest: / {
	close_suite()
	suite = $3
	planned = seen = 0
	next
}

/^    1\.\.[0-9]+$/ {
	planned = substr($1, 4)
	next
}

/^    (not )?ok [0-9]+ / {
	seen++
	word = $1 == "not" ? "not ok" : "ok"
	name = $0
	sub(/^ *(not )?ok [0-9]+ (- )?/, "", name)
	sub(/# SKIP/, "# skip", name)
	print word "\t" suite ": " name
	next
}

/^(not )?ok [0-9]+ / {
	if ($1 == "not" && planned == 0)
		print "not ok\t" $NF
	close_suite()
	next
}

/^    # .*(EXPECTATION|ASSERTION) FAILED/ { explain = 6 }
explain > 0 && /^    / {
	explain--
	print "#\t" $0
	next
}

/^argo-selftest: (not )?ok / {
	checks++
	word = $2 == "not" ? "not ok" : "ok"
	sub(/^argo-selftest: (not )?ok /, "")
	print word "\tconformance: " $0
	next
}

/^argo-selftest: done: / {
	ended = 1
	if ($3 != checks)
		print "not ok\tconformance: " $3 " checks made, " checks + 0 " seen"
	next
}

/^argo-selftest: / { print "#\t" $0 }

END {
	close_suite()
	if (checks && !ended)
		print "not ok\tconformance: did not end"
}
