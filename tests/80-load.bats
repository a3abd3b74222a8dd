#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Loading the modules where there is no Argo: each boots a machine of its own.
# bats file_tags=fault,load

load lib/bed
load lib/faults

# load_fails SAYING OPTIONS...: in a boot with these options no module loads,
# nothing is left behind, and the kernel's log has this one line about it.
load_fails()
{
	local saying=$1

	shift
	cat >"$BATS_TEST_TMPDIR/script" <<-'END'
	dmesg -c >/dev/null
	modprobe argonet
	echo "argonet: $?"
	dmesg | sed -n 's/^\[[^]]*\] argo: /said: /p'
	dmesg -c | grep -E 'BUG|WARNING|Oops|Call Trace'
	modprobe argo-core
	echo "argo-core: $?"
	ip link add type argonet 2>/dev/null || echo 'no link'
	lsmod | grep argo
	ls -d /sys/kernel/debug/argo /sys/bus/platform/devices/argo 2>/dev/null
	true
	END
	run --separate-stderr timeout "$((180 * BED_SLOW))" \
		"$TOP/scripts/bed" once "$@" "$BATS_TEST_TMPDIR/script"
	# shellcheck disable=SC2154 # set by run
	echo "$output" "$stderr" >>"$(test_log)"
	assert_success
	assert_output "$(printf '%s\n' 'argonet: 1' "said: $saying" 'argo-core: 1' 'no link')"
	# What modprobe itself says comes from the error the module returned.
	[[ $stderr == *'No such device'* ]]
}

@test "a kernel without Xen" {
	load_fails 'this kernel does not run on Xen, nothing to do' --bare
}

@test "Xen without argo=1" {
	load_fails 'Xen was booted without Argo, add argo=1 to its command line'
}

@test "Xen built without CONFIG_ARGO, as Debian's" {
	load_fails 'this Xen has no Argo, it must be built with CONFIG_ARGO' --xen debian
}
