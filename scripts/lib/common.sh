# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Paths, knobs and messages shared by every script. Source it first.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-$TOP/build}

# Knobs; all of them may be given on make's command line.
KERNEL=${KERNEL:-6.1}		# Debian's 6.1 or 6.12, or a flavour of scripts/linux/
GUEST=${GUEST:-pv}		# guests' type: pv or pvh
GUESTS=${GUESTS:-2}		# number of guests, 1 to 4
XEN=${XEN:-debug}		# flavour of the hypervisor: debug or release
GUEST_MEM=${GUEST_MEM:-384}	# memory of a guest, MiB
GUEST_VCPUS=${GUEST_VCPUS:-2}	# vCPUs of a guest
GUEST_ARGS=${GUEST_ARGS:-}	# more words for the guests' kernels
DOM0_ARGS=${DOM0_ARGS:-}	# the same for dom0's
DOM0_MEM=${DOM0_MEM:-1280}	# memory of dom0, MiB
BED_MEM=${BED_MEM:-3584}	# memory of the emulated machine, MiB
GIVEN_SLOW=${GIVEN_SLOW-${BED_SLOW:-}}	# what the user says it is
BED_SLOW=${BED_SLOW:-1}		# factor for every time limit, else measured
XEN_ARGS=${XEN_ARGS:-}		# more words for Xen's command line
BED_CPUS=${BED_CPUS:-2}		# CPUs of the emulated machine
BED_ICOUNT=${BED_ICOUNT:-}	# a seed: time is counted in instructions

# The toolstack and the hypervisor's source, from Debian 12 main.
XEN_VERSION=${XEN_VERSION:-4.17.5+72-g01140da4e8-1}

# shellcheck disable=SC2034 # for those who source this
RUN=${BED_RUN:-$BUILD/run}
# shellcheck disable=SC2034
LOGS=$BUILD/logs
BUILDLOGS=$BUILD/logs/build

export TOP BUILD KERNEL GUEST GUESTS XEN GUEST_MEM GUEST_VCPUS GUEST_ARGS
export DOM0_MEM BED_MEM BED_CPUS BED_ICOUNT BED_SLOW GIVEN_SLOW
export BED_T0=${BED_T0:-$(date +%s)}

step()
{
	printf '[%4ds] %s\n' "$(($(date +%s) - BED_T0))" "$*" >&2
}

die()
{
	printf '[%4ds] error: %s\n' "$(($(date +%s) - BED_T0))" "$*" >&2
	exit 1
}

# logged NAME COMMAND...: run with all output in a log of that name; when the
# command fails, say which log and show its end.
logged()
{
	local name=$1 log=$BUILDLOGS/$1.log rc=0

	shift
	mkdir -p "$BUILDLOGS"
	set +e # "||" here would switch -e off inside the command, too
	(set -e; "$@") >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	if [ "$rc" -ne 0 ]; then
		tail -n 25 "$log" | sed 's/^/    | /' >&2
		die "step '$name' failed (exit status $rc), log: $log"
	fi
}

# only_one NAME: serialise scripts that fill the same part of the cache.
only_one()
{
	mkdir -p "$BUILD/locks"
	exec 8>"$BUILD/locks/$1"
	flock 8
}

check_knobs()
{
	case $KERNEL in
	6.1|6.12)	;;
	*)		[ -e "$TOP/scripts/linux/$KERNEL.config" ] ||
				die "KERNEL=$KERNEL: 6.1, 6.12, or a flavour in scripts/linux/";;
	esac
	case $GUEST in pv|pvh) ;; *) die "GUEST=$GUEST: pv or pvh";; esac
	case $GUESTS in [1-4]) ;; *) die "GUESTS=$GUESTS: 1 to 4";; esac
	case $XEN in debug|release) ;; *) die "XEN=$XEN: debug or release";; esac
}
check_knobs
