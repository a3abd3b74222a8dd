# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The running bed as the scripts see it. State is below $RUN:
#   env         shell variables: PORT_<domain>, LOG, QEMU_PID, ...
#   failed      why the bed died; exists only when it did
#   ctl-*       sockets of shared control connections

BED_SSH=(ssh -i "$BUILD/ssh/key" -l root
	-o BatchMode=yes -o StrictHostKeyChecking=no
	-o UserKnownHostsFile=/dev/null -o GlobalKnownHostsFile=/dev/null
	-o IdentitiesOnly=yes -o LogLevel=ERROR -o ConnectTimeout=20
	-o ServerAliveInterval=15 -o ServerAliveCountMax=8
	-F none)

bed_running()
{
	[ -e "$RUN/env" ] || return 1
	# shellcheck source=/dev/null
	. "$RUN/env"
	[ -e "/proc/$QEMU_PID" ] && grep -q qemu-system "/proc/$QEMU_PID/cmdline" 2>/dev/null
}

# Multiply time limits by this from now on, unless somebody gave another factor.
bed_slow()
{
	echo "[ -n \"\$GIVEN_SLOW\" ] || BED_SLOW=$1" >>"$RUN/env"
	# shellcheck source=/dev/null
	. "$RUN/env"
}

# Say why the bed is not there, if it is not.
bed_need()
{
	[ ! -e "$RUN/failed" ] || die "$(cat "$RUN/failed")"
	bed_running || die "no bed is running; start one with 'scripts/bed up'"
}

bed_port()
{
	local var=PORT_$1

	[ -n "${!var:-}" ] || die "no domain '$1'; domains are dom0 and g1 to g4"
	echo "${!var}"
}

# bed_ssh DOMAIN SSH-ARGUMENTS...: over the domain's shared connection.
bed_ssh()
{
	local dom=$1 port

	shift
	port=$(bed_port "$dom")
	"${BED_SSH[@]}" -o ControlMaster=auto -o ControlPath="$RUN/ctl-$dom" \
		-o ControlPersist=yes -p "$port" 127.0.0.1 "$@"
}

# Forget a shared connection, because its domain is about to go away.
bed_hangup()
{
	local port

	[ -S "$RUN/ctl-$1" ] || return 0
	port=$(bed_port "$1")
	"${BED_SSH[@]}" -o ControlPath="$RUN/ctl-$1" -O exit -p "$port" 127.0.0.1 \
		2>/dev/null || true
	rm -f "$RUN/ctl-$1"
}

guest_config() # NAME: what xl is to make of it
{
	local n=${1#g}

	cat <<-END
	name = "$1"
	type = "$GUEST"
	kernel = "/boot/vmlinux"
	ramdisk = "/boot/guest.img"
	extra = "console=hvc0 rdinit=/init loglevel=7 oops=panic softlockup_panic=1 panic=1 bed.name=$1 bed.ctl=10.0.2.$((10 + n)) $GUEST_ARGS"
	memory = $GUEST_MEM
	maxmem = $GUEST_MEM
	vcpus = $GUEST_VCPUS
	tsc_mode = "native"
	on_poweroff = "destroy"
	on_reboot = "destroy"
	on_crash = "destroy"
	vif = [ "mac=00:16:3e:00:ff:0$n,bridge=ctlbr", "mac=00:16:3e:00:01:0$n,bridge=xenbr0" ]
	END
}

# How much all logs of this run hold.
bed_progress()
{
	cat "$LOG"/xen.log "$LOG"/console-*.log 2>/dev/null | wc -c || true
}

# bed_wait WHAT SECONDS COMMAND...: poll until it succeeds. Ends at once when
# the watcher declared the bed dead, and after that many seconds in which no
# log grew; on a busy machine all is slow, but a hang is silent.
bed_wait()
{
	local what=$1 limit=$(($2 * BED_SLOW)) end last size=0

	shift 2
	[ "$GUEST" = pv ] || limit=$((limit * 3))
	end=$((SECONDS + limit * 5))
	last=$SECONDS
	until "$@"; do
		[ ! -e "$RUN/failed" ] || die "$(cat "$RUN/failed")"
		if [ "$(bed_progress)" != "$size" ]; then
			size=$(bed_progress)
			last=$SECONDS
		fi
		if [ "$SECONDS" -ge "$end" ] || [ "$SECONDS" -ge $((last + limit)) ]; then
			die "hang: '$what' has not happened, silent for $((SECONDS - last)) s, logs: $LOG"
		fi
		sleep 0.2
	done
}
