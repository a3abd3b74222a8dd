# SPDX-License-Identifier: GPL-2.0-only
# One TAP stream out of one per compiler: numbers the tests anew, checks that
# each stream kept its plan, ends with a summary and says by its exit status
# whether all is well.

function close_stream() {
	if (stream != "" && planned != seen)
		result("not ok", stream ": " planned + 0 " tests planned, " \
		       seen + 0 " seen")
	planned = seen = 0
}

function result(word, name) {
	total++
	if (word != "ok")
		failed++
	else if (name ~ /# SKIP/)
		skipped++
	else
		passed++
	print word " " total " - " name
}

/^# built with / {
	close_stream()
	stream = $4
	print
	next
}

/^1\.\.[0-9]+$/ {
	planned = substr($0, 4) + 0
	next
}

/^(not )?ok [0-9]+/ {
	seen++
	word = /^not/ ? "not ok" : "ok"
	# NUMBER - FILE:SUITE:TEST: MESSAGE
	sub(/^(not )?ok [0-9]+ - [^:]*:/, "")
	sub(/: Passed$/, "")
	result(word, stream ": " $0)
	next
}

/^Bail out!/ {
	sub(/^Bail out! /, "")
	result("not ok", $0)
	next
}

{
	print
}

END {
	close_stream()
	print "1.." total + 0
	print passed + 0 " passed, " failed + 0 " failed, " skipped + 0 " skipped"
	exit failed || !passed
}
