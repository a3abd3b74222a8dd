#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Xen booted in other ways: without Argo, and with mac-permissive=1. Each in a machine
# of its own.
# bats file_tags=fault,load

load lib/bed
load lib/faults
load lib/chardev

# boot NAME SCRIPT OPTIONS...: what it says on a machine booted with these
boot()
{
	local name=$1 script=$2

	shift 2
	timeout "$((180 * BED_SLOW))" "$TOP/scripts/bed" once "$@" "$BATS_FILE_TMPDIR/$script" \
		>"$BATS_FILE_TMPDIR/$name.out" 2>"$BATS_FILE_TMPDIR/$name.err" 3>&- 4>&-
	echo $? >"$BATS_FILE_TMPDIR/$name.rc"
}

# All of them at once
setup_file()
{
	local pids=()

	cat >"$BATS_FILE_TMPDIR/modules" <<-'END'
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
	# A ring for whoever sends: Xen takes it with mac-permissive=1 only.
	cat >"$BATS_FILE_TMPDIR/wildcard" <<-'END'
	modprobe argo-dev || exit
	argocat -l -w 20 any:0x5000 >/tmp/got 2>/tmp/said </dev/null &
	listener=$!
	sleep 1
	! kill -0 $listener || echo hello | argocat -c -w 20 0:0x5000
	wait $listener
	echo "listener: $?"
	cat /tmp/got /tmp/said
	END
	argocat_build
	install -D -t "$BATS_FILE_TMPDIR/stage/usr/bin" "$BUILD/tests/argocat"
	(. "$TOP/scripts/lib/common.sh" && . "$TOP/scripts/lib/image.sh" &&
		pack "$BATS_FILE_TMPDIR/stage" "$BATS_FILE_TMPDIR/argocat.cpio")
	boot bare modules --bare &
	pids+=($!)
	boot off modules &
	pids+=($!)
	boot debian modules --xen debian &
	pids+=($!)
	boot strict wildcard --xen-args argo=1 --layer "$BATS_FILE_TMPDIR/argocat.cpio" &
	pids+=($!)
	boot permissive wildcard --xen-args argo=1,mac-permissive=1 \
		--layer "$BATS_FILE_TMPDIR/argocat.cpio" &
	pids+=($!)
	wait "${pids[@]}"
}

# load_fails NAME SAYING: in that boot no module was loaded, nothing was left
# behind, and the kernel's log has this one line about it.
load_fails()
{
	local out=$BATS_FILE_TMPDIR/$1

	cat "$out.out" "$out.err" >>"$(test_log)"
	assert_equal "$(cat "$out.rc")" 0
	run cat "$out.out"
	assert_output "$(printf '%s\n' 'argonet: 1' "said: $2" 'argo-core: 1' 'no link')"
	# What modprobe itself says comes from the error the module returned.
	grep -q 'No such device' "$out.err"
}

# F20
@test "a kernel without Xen" {
	load_fails bare 'this kernel does not run on Xen, nothing to do'
}

# F20
@test "Xen without argo=1" {
	load_fails off 'Xen was booted without Argo, add argo=1 to its command line'
}

# F20
@test "Xen built without CONFIG_ARGO, as Debian's" {
	load_fails debian 'this Xen has no Argo, it must be built with CONFIG_ARGO'
}

# wildcard NAME: what the listener for any domain said in that boot
wildcard()
{
	local out=$BATS_FILE_TMPDIR/$1

	cat "$out.out" "$out.err" >>"$(test_log)"
	assert_equal "$(cat "$out.rc")" 0
	run cat "$out.out"
}

@test "a ring for any domain: refused by argo=1" {
	wildcard strict
	assert_line 'listener: 1'
	assert_line --partial 'Operation not permitted'
	refute_line hello
}

@test "a ring for any domain: taken with mac-permissive=1, and read" {
	wildcard permissive
	assert_output "$(printf '%s\n' 'listener: 0' hello)"
}
