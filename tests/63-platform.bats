#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Links that come and go with domains: argonetd and its helpers, xl as it is.
# bats file_tags=platform

load lib/bed
load lib/faults
load lib/platform

setup_file()
{
	platform_build && platform_install dom0 g1 g2
}

# Other tests want a guest that does not restart and has nothing in its image.
teardown_file()
{
	if [ -e "$BATS_FILE_TMPDIR/special" ]; then
		guest_destroy g1
		guest_create g1
	fi
}

teardown()
{
	[ -z "${HURT:-}" ] || guest_ensure "$HURT"
	platform_stop
	bed_teardown
}

bridge() # DOM ADDRESS
{
	on "$1" "ip link add argobr type bridge && ip link set argobr up &&
		ip addr add $2/24 dev argobr"
}

has_mac() # DOM MAC
{
	[ "$(on "$1" 'cat /sys/class/net/argo0/address')" = "$2" ]
}

pings() # DOM ADDRESS
{
	on "$1" "ping -q -c 1 -W 1 $2"
}

# The port of a guest is one of the bridge's.
has_port() # DOM PORT
{
	on "$1" "[ -e /sys/class/net/argobr/brif/$2 ]"
}

no_link() # DOM NAME
{
	on "$1" "[ ! -e /sys/class/net/$2 ]"
}

# What a network manager in the guest would do
address() # DOM ADDRESS
{
	on "$1" "ip addr add $2/24 dev argo0 && ip link set argo0 up"
}

same_identity() # DOM
{
	on "$1" 'cat /sys/class/net/argo0/ifindex /sys/class/net/argo0/address
		ip -o -4 addr show dev argo0'
}

guests_of_dom0()
{
	bridge dom0 10.79.0.254
	configure <<-END
	[g1]
	backend = dom0
	mac = 00:16:3e:aa:00:01
	bridge = argobr
	[g2]
	backend = dom0
	mac = 00:16:3e:aa:00:02
	mtu = 9000
	bridge = argobr
	END
	daemon dom0 argonetd
	daemon dom0 argonet-backend
	daemon g2 argonet-guest
	retry_until 10 has_mac g2 00:16:3e:aa:00:02
	address g2 10.79.0.2
	retry_until 10 pings g2 10.79.0.254
}

# Boot g1 from the image that platform_image made, and have xl reboot it.
g1_with_daemon()
{
	guest_destroy g1
	guest_config g1 | sed 's/^on_reboot.*/on_reboot = "restart"/
		s,^ramdisk.*,ramdisk = "/boot/platform.img",' >"$BATS_TEST_TMPDIR/g1.cfg"
	"$BED" put dom0 "$BATS_TEST_TMPDIR/g1.cfg" /tmp/g1.cfg 3>&- 4>&-
	boots_before g1
	touch "$BATS_FILE_TMPDIR/special"
	on dom0 'xl create -q /tmp/g1.cfg'
	guest wait g1
}

boots_before()
{
	grep -acs "^bed: $1 is up" "$LOG/console-$1.log" >"$RUN/boots-$1" || true
	rm -f "$BATS_RUN_TMPDIR/domid-$1"
}

# bats test_tags=smoke
@test "platform: a guest gets its interface, with the address that dom0 chose" {
	guests_of_dom0
	daemon g1 argonet-guest
	retry_until 10 has_mac g1 00:16:3e:aa:00:01
	# Nothing else is set.
	run on g1 'cat /sys/class/net/argo0/operstate; ip -o addr show dev argo0'
	assert_output down
	run on g2 'cat /sys/class/net/argo0/mtu'
	assert_output 9000
	address g1 10.79.0.1
	retry_until 10 pings g1 10.79.0.254
	retry_until 10 pings g1 10.79.0.2
	has_port dom0 "argo$(domid g1).0"
	run on dom0 "cat /sys/class/net/argo$(domid g1).0/address"
	assert_output fe:ff:ff:ff:ff:ff
	run argonetctl list
	assert_line --regexp "^g1 +$(domid g1) +0 +0 00:16:3e:aa:00:01 argobr +made +made\$"
	# The guest may say how it is, and change nothing else.
	run on dom0 "xenstore-ls -p /local/domain/$(domid g1)/device/argonet/0"
	assert_line --regexp "mac = .* \(n0,r$(domid g1),r0\)\$"
	assert_line --regexp "state = \"4\" .* \(n0,b$(domid g1),r0\)\$"

	# By hand, and off again
	argonetctl attach g1/1 backend=dom0 mac=00:16:3e:aa:00:11
	retry_until 10 on g1 'grep 00:16:3e:aa:00:11 /sys/class/net/argo1/address'
	argonetctl detach g1/1
	retry_until 10 no_link g1 argo1
	retry_until 10 no_link dom0 "argo$(domid g1).1"
	run argonetctl detach g1
	assert_failure
	assert_output --partial 'is in /etc/argonet, take it out there'
	pings g1 10.79.0.254
}

@test "platform: a guest that reboots is back, with nothing typed, and the other one hears nothing of it" {
	local old way quiet

	HURT=g1
	guests_of_dom0
	platform_image 10.79.0.1
	quiet=$(on g2 'cat /sys/class/net/argo0/carrier_changes')
	on g2 'setsid ping -i 0.5 10.79.0.254 >/tmp/ping 2>&1 </dev/null &'
	for way in create reboot; do
		old=$(domid g1)
		if [ "$way" = create ]; then
			g1_with_daemon
		else
			boots_before g1
			on dom0 'xl reboot g1'
			guest wait g1
			retry_until 10 no_link dom0 "argo$old.0"
		fi
		assert [ "$(domid g1)" != "$old" ]
		retry_until 20 pings g2 10.79.0.1
		has_mac g1 00:16:3e:aa:00:01
		has_port dom0 "argo$(domid g1).0"
	done
	run on dom0 'ls /sys/class/net/argobr/brif | wc -l'
	assert_output 2
	on g2 'killall -INT ping'
	run on g2 'tail -n 3 /tmp/ping'
	assert_output --partial ' 0% packet loss'
	assert_equal "$(on g2 'cat /sys/class/net/argo0/carrier_changes')" "$quiet"
}

network_vm()
{
	platform_install g2
	bridge g2 10.79.0.253
	daemon g2 argonet-backend
}

@test "platform: a network VM comes back under another number, argonetd died in between" {
	local before old

	HURT=g2
	configure <<-END
	[g1]
	backend = g2
	mac = 00:16:3e:aa:00:01
	bridge = argobr
	END
	network_vm
	daemon dom0 argonetd
	daemon g1 argonet-guest
	retry_until 10 has_mac g1 00:16:3e:aa:00:01
	address g1 10.79.0.1
	retry_until 10 pings g1 10.79.0.253
	before=$(same_identity g1)
	old=$(domid g2)

	guest_destroy g2
	retry_until 20 in_state gone g1 argo0
	# The interface waits, and knows that its number is nobody's.
	retry_until 10 on dom0 "[ \$(xenstore-read /local/domain/$(domid g1)/device/argonet/0/online) = 0 ]"
	on dom0 'killall -9 argonetd'
	guest_create g2
	assert [ "$(domid g2)" != "$old" ]
	network_vm
	daemon dom0 argonetd
	retry_until 20 pings g1 10.79.0.253
	assert_equal "$(same_identity g1)" "$before"
	has_port g2 "argo$(domid g1).0"
}

# What is saved with its number and another name, and restored, is taken for another
# guest that got the number of a dead one.
@test "platform: a number that is used again does not get the old link" {
	local number

	HURT=g1
	guests_of_dom0
	daemon g1 argonet-guest
	retry_until 10 has_mac g1 00:16:3e:aa:00:01
	address g1 10.79.0.1
	retry_until 10 pings g1 10.79.0.254
	number=$(domid g1)
	# Without argonetd the driver says it, and the backend acts on that.
	on dom0 'killall -9 argonetd'
	bed_hangup g1
	on dom0 'xl rename g1 gx && xl save -D gx /save/gx 2>&1'
	retry_until 20 no_link dom0 "argo$number.0"
	on dom0 'LIBXL_DOMID_REUSE_TIMEOUT=0 xl restore /save/gx 2>&1; rm /save/gx'
	run on dom0 'xl domid gx'
	assert_output "$number"
	sleep 3
	no_link dom0 "argo$number.0"
	daemon dom0 argonetd
	retry_until 10 on dom0 "! xenstore-read /local/domain/0/backend/argonet/$number/0/mac"
	no_link dom0 "argo$number.0"
	pings g2 10.79.0.254

	# It can have one of its own.
	argonetctl attach gx backend=dom0 mac=00:16:3e:aa:00:09
	retry_until 10 on dom0 "[ -e /sys/class/net/argo$number.0 ]"
	retry_until 10 has_mac g1 00:16:3e:aa:00:09
	# It has no bridge, and not the address of the one before.
	run on dom0 "ls /sys/class/net/argobr/brif"
	assert_output "argo$(domid g2).0"
	rm -f "$BATS_FILE_TMPDIR/special"
	on dom0 'xl destroy gx'
	retry_until 20 no_link dom0 "argo$number.0"
}
