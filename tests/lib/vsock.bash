# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # the domains' shells expand much of this
# Sockets between dom0, g1 and g2, each a peer of the others. For files that load
# lib/traffic and lib/faults.

setup_file()
{
	tool_install vsock dom0 g1 g2
}

# Its rings would be among those that other tests count.
teardown_file()
{
	local d

	for d in dom0 g1 g2; do
		on "$d" 'modprobe -r vsock-argo'
	done
}

setup()
{
	bed_setup
	on dom0 'modprobe vsock-argo'
	on g1 "modprobe vsock-argo && echo 0,$(domid g2) >/sys/module/vsock_argo/parameters/peers"
	on g2 "modprobe vsock-argo && echo 0,$(domid g1) >/sys/module/vsock_argo/parameters/peers"
}

teardown()
{
	local d g

	for g in ${HURT:-}; do
		guest_ensure "$g"
		guest_unpause "$g" >/dev/null 2>&1 || true
	done
	for d in dom0 g1 g2; do
		on "$d" 'killall -q -9 vsock socat; true' || true
	done
	faults_teardown
}

# background DOM COMMAND [FILE]: run it there, output to /tmp/out or the file
background()
{
	on "$1" "setsid $2 </dev/null >${3:-/tmp/out} 2>&1 &"
}

cid()
{
	echo $(($(domid "$1") + 2))
}

# counted DOM PEER NAME: a counter of that domain about that peer
counted()
{
	on "$1" "sed -n 's/^domain $(domid "$2") .* $3 \([0-9]*\).*/\1/p' \
		/sys/kernel/debug/vsock-argo/peers"
}

is_up() # DOM PEER
{
	on "$1" "grep -q '^domain $(domid "$2") .* up ' /sys/kernel/debug/vsock-argo/peers"
}

both_up() # DOM DOM
{
	retry_until 10 is_up "$1" "$2"
	retry_until 10 is_up "$2" "$1"
}

listens() # DOM PORT
{
	on "$1" "ss -l --vsock -n | grep -q ':$2 '"
}

# sends_begin DOM..., sends_end DOM...: how often they called Xen to send to each
# other's sockets meanwhile, even if Xen refused
sends_begin()
{
	local d

	for d; do
		on "$d" 'cd /sys/kernel/tracing && echo >trace &&
			echo "port == 0x76736f63" >events/argo/argo_send/filter &&
			echo 1 >events/argo/argo_send/enable'
	done
}

sends_end()
{
	local d n=0

	for d; do
		n=$((n + $(on "$d" 'cd /sys/kernel/tracing && echo 0 >events/argo/argo_send/enable &&
			echo 0 >events/argo/argo_send/filter && grep -c argo_send: trace; true')))
	done
	echo $n
}

# hex FORMAT NUMBER...: each in the bytes of the wire; %08x, %04x
hex()
{
	local format=$1 digits n

	shift
	for n; do
		# shellcheck disable=SC2059 # a format it is
		printf -v digits "$format" "$n"
		while [ -n "$digits" ]; do
			printf %s "${digits: -2}"
			digits=${digits:0:${#digits}-2}
		done
	done
}

# header LEN TYPE OP [CID [PORT [TO]]]: 44 bytes as hex, from a source CID of
# somebody else's, port 1 and to port 2, without credit
header()
{
	hex %08x 99 0 "${4:-$(cid g1)}" 0 "${5:-1}" "${6:-2}" "$1"
	hex %04x "$2" "$3"
	printf '%024d' 0
}

# The difference of the ports of vsock-argo and argonet, which "say" begins with
# shellcheck disable=SC2034 # the tests use it
VSOCK_PORT=$((0x76736f63 - 0x6e657400))

say_install()
{
	test_modules >/dev/null
	tool_install say g2
	"$BED" put g2 "$(test_modules)/argo-say.ko"
	on g2 '[ -e /dev/argo-say ] || insmod /tmp/argo-say.ko'
}

# say: g2 says the lines of standard input to g1
say()
{
	cat >"$BATS_TEST_TMPDIR/lines"
	"$BED" put g2 "$BATS_TEST_TMPDIR/lines"
	on g2 "say $(domid g1) 020000000001 020000000002 </tmp/lines"
}
