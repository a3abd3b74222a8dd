# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Allocations that fail: by chance, or each of them once.

# Those that may wait for memory fail, too; cases say how many, and whose. Until
# then none does.
fault_injection_begin()
{
	local knob

	for knob in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc; do
		echo N >$knob/task-filter
		echo N >$knob/ignore-gfp-wait
		echo 0 >$knob/verbose
		echo 0 >$knob/probability
		echo 0 >$knob/stacktrace-depth
		echo 1 >$knob/interval
		echo -1 >$knob/times
	done
	echo N >/sys/kernel/debug/fail_page_alloc/ignore-gfp-highmem
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
	echo 0 >/sys/kernel/rcu_expedited
}

# failing KNOB MODULE PERCENT COMMAND...: while the command runs, so many of the
# allocations with the module among the callers fail, at least one of them.
failing()
{
	local knob=/sys/kernel/debug/$1 module=/sys/module/$2 percent=$3
	local start most=1000000

	shift 3
	# vmalloc() tells with a trace that it got none, but no BUG or WARNING
	allow 'Call Trace:|page allocation failure'
	start=$(cat "$module/sections/.text")
	echo 24 >"$knob/stacktrace-depth"
	echo "$start" >"$knob/require-start"
	printf '%#x\n' $((start + $(cat "$module/coresize"))) >"$knob/require-end"
	echo $most >"$knob/times"
	echo "$percent" >"$knob/probability"
	"$@" || true
	echo 0 >"$knob/probability"
	echo 0 >"$knob/stacktrace-depth"
	# Counts down with each that failed.
	echo "failed: $((most - $(cat "$knob/times")))"
	[ "$(cat "$knob/times")" -lt $most ]
}

# All that takes memory; whatever of it fails
everything_allocated()
{
	load
	for _ in 1 2; do
		flap a
		flap b
		ip -n a link add argo9 type argonet peer 9 port 0x9000 queues 4 &&
			ip -n a link set argo9 up
		ip -n a link del argo9
	done
	ring_sizes 1M
	ring_sizes 128K
	ip -n b link del argo0
	link_add b queues 1 ring-size 128K
	retry 5 wide 1
	ip -n b link del argo0
	link_add b
	load
}

no_memory() # KNOB MODULE
{
	failing "$1" "$2" 33 everything_allocated
	ip -n b link show argo0 || link_add b
	flap a
	flap b
	healthy
}

# Long frames for which there were no larger pieces of memory
single_pages()
{
	echo 1 >/sys/kernel/debug/fail_page_alloc/min-order
	failing fail_page_alloc argonet 100 iperf -n 8M
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
	healthy
}

# each_allocation CALL CHECK COMMAND...: the command once for each allocation
# that its system calls of one kind take, which fails; then CHECK, with the
# command's status. Slow kernels take a sample, one of 20 or of STEP.
each_allocation()
{
	local call=$1 check=$2 rc=0 tried=0 failed=0 step=${STEP:-20} n

	shift 2
	case $FLAVOUR in
	plain|cover)	step=1;;
	esac
	allow 'Call Trace:|page allocation failure'
	# so that deleting does not wait
	echo 1 >/sys/kernel/rcu_expedited
	for ((n = 1 + SEED % step; rc != 99; n += step)); do
		rc=0
		/debug/fail-nth $n "$call" "$@" >/tmp/each.log 2>&1 || rc=$?
		[ $rc = 0 ] || { echo "allocation $n: $rc"; cat /tmp/each.log; }
		tried=$((tried + 1))
		case $rc in
		0|99)	$check 0;;
		98|126|127) return 1;; # nothing was tried
		*)	failed=$((failed + 1)); $check $rc;;
		esac
	done
	echo 0 >/sys/kernel/rcu_expedited
	echo "$failed failed of $tried tried"
	# Many are not worth failing for.
	[ $tried -gt 3 ] && { [ "$step" -gt 1 ] || [ $failed -gt 5 ]; }
}

core_loaded() # STATUS
{
	if [ "$1" = 0 ]; then
		rmmod argo-core
	fi
	[ ! -e /sys/module/argo_core ]
}

argonet_loaded() # STATUS
{
	if [ "$1" = 0 ]; then
		rmmod argonet
	fi
	[ ! -e /sys/module/argonet ]
}

modules_each_allocation()
{
	# the kernel's own word for a tracepoint that got no memory
	allow 'WARNING: .* event_define_fields'
	# TCP would take as long again to find out that the modules are back.
	traffic_stop
	modules_unload
	each_allocation finit_module core_loaded \
		insmod /debug/argo-core.ko fake_seed="$SEED"
	insmod /debug/argo-core.ko fake_seed="$SEED"
	each_allocation finit_module argonet_loaded insmod /debug/argonet.ko
	insmod /debug/argonet.ko
	link_add a
	link_add b
	retry 30 carriers
	traffic_start
	healthy
}

# A link may have been added although netlink got no memory to say so.
link_added() # STATUS
{
	if [ "$1" = 0 ]; then
		ip -n a link del argo9
	elif ip -n a link show argo9; then
		grep -q 'No buffer space' /tmp/each.log
		ip -n a link del argo9
	fi
}

link_opened() # STATUS
{
	[ "$1" != 0 ] || ip -n a link show up dev argo9 | grep -q .
	ip -n a link set argo9 down
}

link_changed() # STATUS
{
	[ "$1" != 0 ] || ip -n a -d link show argo9 | grep -q 'state connecting'
	ip -n a link set argo9 down
	ip -n a link set argo9 up
	ip -n a -d link show argo9 | grep -q 'state connecting'
}

link_each_allocation()
{
	local add=(ip -n a link add argo9 type argonet peer 9 port 0x9000 queues 2)

	each_allocation sendmsg link_added "${add[@]}"
	"${add[@]}"
	each_allocation sendmsg link_opened ip -n a link set argo9 up
	ip -n a link set argo9 up
	# these are the drivers' own
	STEP=3 each_allocation sendmsg link_changed \
		ip -n a link set argo9 type argonet ring-size 64K
	ip -n a link del argo9
	healthy
}

memory_cases()
{
	local module

	for module in argonet argo_core; do
		try "failslab in $module" no_memory failslab $module # F26
		try "fail_page_alloc in $module" no_memory fail_page_alloc $module # F26
	done
	try 'frames of single pages' single_pages
	try 'loading the modules, each allocation fails' modules_each_allocation # F26
	try 'setting up a link, each allocation fails' link_each_allocation # F26
}
