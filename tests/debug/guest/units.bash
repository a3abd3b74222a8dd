# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The unit tests inside the modules, which run when they are loaded, and the
# table of calls and results that real Xen and the fake one have in common.

# From the kernel's log on standard input
report()
{
	local word name

	while IFS=$'\t' read -r word name; do
		case $word in
		ok|'not ok')	result "$word" "$name";;
		*)		echo "# $name";;
		esac
	done < <(awk -f /debug/ktap.awk)
}

# modules_report FOLDER MODULE[ WORDS]...: load them, which runs their tests,
# and unload them
modules_report()
{
	local dir=$1 m bad='' before=$RESULTS loaded=()

	shift
	dmesg -c >/dev/null
	: >/tmp/allowed
	for m; do
		# shellcheck disable=SC2086 # words
		insmod $dir/${m%% *}.ko ${m#"${m%% *}"} || result 'not ok' "loading $m"
		loaded=("${m%% *}" "${loaded[@]}")
		bad+=$(complaints)
		report </tmp/dmesg
	done
	[ "$RESULTS" -gt "$before" ] || result 'not ok' "$* have tests"
	for m in "${loaded[@]}"; do
		rmmod "$m" || result 'not ok' "unloading $m"
	done
	bad+=$(complaints)
	if [ -n "$bad" ]; then
		result 'not ok' "the kernel has nothing to complain about"
		echo "#   kernel: ${bad//$'\n'/$'\n#   kernel: '}"
	else
		result ok "the kernel has nothing to complain about"
	fi
}

run_units()
{
	modules_report /debug/kunit "argo-core kunit_seed=$SEED fake_seed=$SEED" \
		"argonet kunit_seed=$SEED" vsock-argo-test "argo-fake-test hostile_seed=$SEED"
	modules_report /debug "argo-core fake_seed=$SEED" 'argo-selftest domid=1 absent=9'
}
