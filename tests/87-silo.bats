#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Guests that Xen's policy keeps apart: XEN_ARGS=xsm=silo make test TESTS=87-silo
# bats file_tags=long,silo

load lib/traffic
load lib/faults

setup_file()
{
	[[ $(on dom0 'xl info xen_commandline') == *xsm=silo* ]] ||
		skip "Xen was booted without xsm=silo"
}

# F15
@test "policy forbids a ring: it is said once, and tried again now and then" {
	on g1 'modprobe argonet && cd /sys/kernel/tracing && echo >trace &&
		echo 1 >events/argo/argo_register/enable'
	argonet_add g1 argo0 1 peer "$(domid g2)"
	sleep 10
	run on g1 'cd /sys/kernel/tracing && echo 0 >events/argo/argo_register/enable
		grep -c "argo_register: .* ret=-1$" trace'
	echo "tried $output times"
	assert [ "$output" -ge 3 ]
	assert [ "$output" -le 20 ]
	in_state connecting g1 argo0
	run said g1 "argo0: Xen.s security policy forbids a ring for domain $(domid g2)"
	assert_equal "${#lines[@]}" 1
	# dom0 is not kept from anybody.
	on g1 'ip link set argo0 type argonet peer 0'
	argonet_add dom0 argo0 3 peer "$(domid g1)"
	retry_until 20 carrier g1 argo0
	transfer dom0 g1 10.77.0.1
}
