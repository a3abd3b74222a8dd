#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016,SC2034 # the domains' shells expand much; LOG_ALLOW is lib's
# Stock virtio drivers in g1, whose devices a program in dom0 serves.
# bats file_tags=virtio

load lib/traffic

setup_file()
{
	virtiod_install argo-virtiod && ext4_install g1 &&
		on dom0 'modprobe argo-dev && truncate -s 64M /tmp/disk'
}

# Its rings would be among those that other tests count.
teardown_file()
{
	on g1 'modprobe -r virtio-argo; modprobe -r virtio_blk virtio_rng'
	on dom0 'killall -q -9 argo-virtiod argo-liar; rm -f /tmp/disk; modprobe -r argo-dev'
}

setup()
{
	bed_setup
	on g1 'modprobe virtio_blk && modprobe virtio_rng && modprobe ext4'
}

teardown()
{
	# a test that failed may have left anything
	on g1 'killall -q -9 dd; umount -l /mnt 2>/dev/null; timeout 20 modprobe -r virtio-argo; true' || true
	on dom0 'killall -q -9 argo-virtiod argo-liar; true' || true
	bed_teardown
}

# virtiod_install NAME [SED]: one file, as a domain has no libargo. With SED, it is
# another one than it should be.
virtiod_install()
{
	local out=$BUILD/tests/argo-virtiod dir=$BATS_FILE_TMPDIR/virtiod

	mkdir -p "${out%/*}" "$dir"
	cp "$TOP"/tools/argo-virtiod/*.[ch] "$dir"
	if [ -n "${2:-}" ]; then
		sed -i "$2" "$dir"/*.[ch]
		! diff -q -x test -x '*.build' -x '*.8' "$dir" "$TOP/tools/argo-virtiod" \
			>/dev/null || return
	fi
	gcc -O2 -Wall -Wno-pointer-sign -static -s -I"$TOP/include/uapi" \
		-I"$TOP/lib/libargo" -I"$TOP/drivers/argo/virtio" -o "$out" \
		"$dir"/*.c "$TOP"/lib/libargo/*.c -lpthread || return
	"$BED" put dom0 "$out" "/usr/bin/$1"
}

# What nobody else needs is in no image: the kernel's modules, and this machine's mkfs.
ext4_install() # DOM
{
	local root=$BUILD/kernel/$KERNEL/root kver dir=$BATS_FILE_TMPDIR/ext4 f

	kver=$(cat "$BUILD/kernel/$KERNEL/version")
	mkdir -p "$dir/usr/sbin" "$dir/usr/lib/modules/$kver/extra"
	for f in virtio_blk virtio-rng ext4 crc32c_generic; do
		modprobe -d "$root" -S "$kver" --show-depends "$f"
	done | awk '$1 == "insmod" { print $2 }' | sort -u |
		xargs cp -t "$dir/usr/lib/modules/$kver/extra"
	cp /usr/sbin/mke2fs /usr/sbin/e2fsck "$dir/usr/sbin"
	ln -s mke2fs "$dir/usr/sbin/mkfs.ext4"
	mkdir -p "$dir/usr/lib/x86_64-linux-gnu"
	ldd /usr/sbin/mke2fs /usr/sbin/e2fsck | awk '$2 == "=>" { print $3 }' | sort -u |
		grep -v '/libc\.so' | xargs cp -L -t "$dir/usr/lib/x86_64-linux-gnu"
	tar -C "$dir" -cf "$dir.tar" usr
	"$BED" put "$1" "$dir.tar" /tmp/ext4.tar
	on "$1" "cd / && tar -xf /tmp/ext4.tar && rm /tmp/ext4.tar && depmod"
}

# Begin to serve; PROGRAM and OPTIONS are what is not as usual
backend()
{
	on dom0 "setsid ${PROGRAM:-argo-virtiod} --guest $(domid g1) \
		--device 0,type=blk,file=/tmp/disk ${OPTIONS---device 1,type=rng} \
		</dev/null >/tmp/virtiod.log 2>&1 &"
}

disk_there()
{
	on g1 '[ -b /dev/vda ] && [ "$(cat /sys/block/vda/size)" = 131072 ]'
}

# Both sides, and a disk
both()
{
	backend
	on g1 "modprobe virtio-argo backends=0 $*"
	retry_until 10 disk_there
}

file_system()
{
	on g1 'mkfs.ext4 -q -F /dev/vda && mount -t ext4 /dev/vda /mnt'
}

# counted NAME: counter of the disk, or of the link
counted()
{
	on g1 "sed -n '/^domain 0 /s/.* $1 \([0-9]*\).*/\1/p; /device 0 /s/.* $1 \([0-9]*\).*/\1/p' \
		/sys/kernel/debug/virtio-argo/links"
}

is_counted() # NAME NUMBER
{
	[ "$(counted "$1")" = "$2" ]
}

disk_state() # WORD
{
	on g1 "grep -q 'device 0 blk $1 ' /sys/kernel/debug/virtio-argo/links"
}

# Unload it, while whatever happens happens; what it says is how long that took
unload()
{
	on g1 'begin=${EPOCHREALTIME/./}
		timeout 60 rmmod virtio-argo || exit
		echo $(((${EPOCHREALTIME/./} - begin) / 1000))'
}

unloads_in_time()
{
	local took

	took=$(unload)
	note "rmmod took $took ms"
	assert [ "$took" -lt $((5000 * BED_SLOW)) ]
}

# How many pages Xen has g1 grant at this moment
grants()
{
	local mark=$RANDOM

	on dom0 "echo '<5>bed: grants $mark' >/dev/kmsg; xl debug-keys g; sleep 1
		echo '<5>bed: granted $mark' >/dev/kmsg"
	log_flush
	sed -n "/bed: grants $mark/,/bed: granted $mark/p" "$LOG/xen.log" |
		sed -n "/remote d$(domid g1) /,/remote d/p" | grep -c '\[0x'
}

# bats test_tags=smoke
@test "virtio: a disk, the same bytes on both sides, and random numbers" {
	local sum

	both
	sum=$(on g1 'head -c 8388608 /dev/urandom >/tmp/in
		dd if=/tmp/in of=/dev/vda bs=1M oflag=direct conv=fsync 2>/dev/null
		echo 3 >/proc/sys/vm/drop_caches
		sha256sum </tmp/in')
	run on g1 'dd if=/dev/vda bs=1M count=8 iflag=direct 2>/dev/null | sha256sum'
	assert_output "$sum"
	run on dom0 'head -c 8388608 /tmp/disk | sha256sum'
	assert_output "$sum"
	run on g1 'rm /tmp/in; cat /sys/class/misc/hw_random/rng_current
		head -c 4096 /dev/hwrng | wc -c'
	assert_line --partial virtio_rng
	assert_line 4096
}

# bats test_tags=smoke
@test "virtio: 4 KiB are two messages, one each way" {
	local sent received

	# The kernel asks for random numbers when it likes.
	OPTIONS='' both
	# what the kernel reads of a new disk
	sleep 1
	sent=$(counted messages) received=$(counted received)
	on g1 'dd if=/dev/vda of=/dev/null bs=4k count=200 iflag=direct'
	assert_equal $(($(counted messages) - sent)) 200
	assert_equal $(($(counted received) - received)) 200
	on g1 'dd if=/dev/zero of=/dev/vda bs=4k count=200 oflag=direct'
	assert_equal $(($(counted messages) - sent)) 400
	assert_equal $(($(counted received) - received)) 400
}

# bats test_tags=smoke
@test "virtio: ext4, files, their sums, e2fsck" {
	both
	file_system
	on g1 'cp -r /usr/sbin /usr/lib/modules/*/extra /mnt/ && cd /mnt &&
		find . -type f | sort | xargs sha256sum >/tmp/sums
		cd / && umount /mnt && echo 3 >/proc/sys/vm/drop_caches'
	run on g1 'e2fsck -fn /dev/vda'
	assert_success
	on g1 'mount -t ext4 /dev/vda /mnt && cd /mnt && sha256sum --quiet -c /tmp/sums'
	on g1 'umount /mnt'
}

@test "virtio: small rings, so that all goes in parts, and waits" {
	local sum

	OPTIONS='--ring 65536' both ring_size=65536
	sum=$(on g1 'head -c 8388608 /dev/urandom >/tmp/in
		dd if=/tmp/in of=/dev/vda bs=1M oflag=direct conv=fsync 2>/dev/null
		sha256sum </tmp/in; rm /tmp/in')
	run on g1 'dd if=/dev/vda bs=1M count=8 iflag=direct 2>/dev/null | sha256sum'
	assert_output "$sum"
	note "$(counted full) times full"
	assert [ "$(counted full)" -gt 0 ]
}

# bats test_tags=ends
@test "virtio: the backend killed under load, and started again: nobody notices" {
	local session

	both
	file_system
	on g1 'rm -f /tmp/stop
		(i=0
		while [ ! -e /tmp/stop ]; do
			dd if=/dev/urandom of=/mnt/f$((i % 20)) bs=64k count=8 conv=fsync 2>>/tmp/dd.err || echo bad >>/tmp/bad
			i=$((i + 1))
		done
		echo $i >/tmp/written) >/dev/null 2>&1 </dev/null &'
	for session in 2 3 4; do
		sleep 1
		# so that something is under way
		on dom0 'killall -STOP argo-virtiod; sleep 0.5; killall -9 argo-virtiod'
		backend
		retry_until 15 is_counted sessions "$session"
	done
	on g1 'touch /tmp/stop'
	retry_until 20 on g1 '[ -s /tmp/written ]'
	run on g1 'cat /tmp/bad; rm -f /tmp/bad'
	refute_line bad
	note "$(on g1 'cat /tmp/written') files, $(counted again) requests sent again"
	assert [ "$(counted again)" -gt 0 ]
	run on g1 'rm /tmp/written
		cd /mnt && sha256sum f* >/tmp/sums && cd / && umount /mnt &&
		echo 3 >/proc/sys/vm/drop_caches && e2fsck -fn /dev/vda'
	assert_success
	on g1 'mount -t ext4 /dev/vda /mnt && cd /mnt && sha256sum --quiet -c /tmp/sums
		cd / && umount /mnt'
}

@test "virtio: no page is granted" {
	local before during

	before=$(grants)
	both
	on g1 'dd if=/dev/zero of=/dev/vda bs=1M count=4 oflag=direct'
	# and while requests are under way
	on dom0 'kill -STOP $(pidof argo-virtiod)'
	on g1 'dd if=/dev/vda of=/dev/null bs=1M count=4 iflag=direct >/dev/null 2>&1 </dev/null &'
	during=$(grants)
	on dom0 'kill -CONT $(pidof argo-virtiod)'
	note "$before pages granted before, $during while it was used"
	assert [ "$before" -gt 0 ]
	assert_equal "$during" "$before"
}

# bats test_tags=ends
@test "virtio: unloaded within 5 s: idle, used, backend stopped, backend gone" {
	local writes='dd if=/dev/zero of=/mnt/x bs=64k count=400 conv=fsync >/dev/null 2>&1 </dev/null &'

	# What a file system says when its disk is taken away
	LOG_ALLOW='EXT4|JBD2|I/O error|Buffer I/O'
	both
	unloads_in_time
	on g1 'modprobe virtio-argo backends=0'
	retry_until 10 disk_there
	file_system
	on g1 "$writes"
	unloads_in_time
	on g1 'umount /mnt; modprobe virtio-argo backends=0'
	retry_until 10 disk_there
	file_system
	on dom0 'kill -STOP $(pidof argo-virtiod)'
	on g1 "$writes"
	unloads_in_time
	on dom0 'killall -9 argo-virtiod'
	on g1 'umount /mnt; true'
	both
	file_system
	on dom0 'killall -9 argo-virtiod'
	on g1 "$writes"
	retry_until 10 disk_state stalled
	unloads_in_time
	on g1 'umount /mnt; true'
	run on g1 'ps | grep -c "[ ]D "'
	assert_output 0
}

@test "virtio: a backend that stays away: errors, once patience is over" {
	LOG_ALLOW='EXT4|JBD2|I/O error|Buffer I/O'
	both grace=3
	on dom0 'killall -9 argo-virtiod'
	retry_until 10 disk_state stalled
	run on g1 'timeout 60 dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct'
	assert_failure
	assert_output --partial 'Input/output error'
	disk_state dead
	unloads_in_time
}

# bats test_tags=ends
@test "virtio: a backend that lies: errors, not tasks that hang" {
	local lie said

	LOG_ALLOW='I/O error'
	while IFS='|' read -r lie said; do
		virtiod_install argo-liar "$lie"
		PROGRAM=argo-liar OPTIONS='' backend
		on g1 'dmesg -c >/dev/null; modprobe virtio-argo backends=0'
		retry_until 10 disk_state dead
		retry_until 10 on g1 "dmesg | grep 'fails all requests: $said'"
		run on g1 'timeout 20 dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct'
		assert_failure
		assert_output --partial 'Input/output error'
		unloads_in_time
		on dom0 'killall -9 argo-liar'
	done <<-'END'
	s/htole16(v->job->head)/htole16(v->job->head + 1)/|an answer to nothing
	s/htole16(v->job->head)/htole16(0xfff0)/|an answer to a head that cannot be
	s/htole32(v->job->length)/htole32(v->job->length + 1)/|an answer longer
	s/htole32(v->job->offset)/htole32(v->job->offset + 8)/|an answer with a part
	s/\.len = htole32(len)/.len = htole32(len + 4096)/|an answer that is no record
	s/\.device = htole16(v->job_device)/.device = htole16(7)/|an answer that is no record
	END
}

@test "virtio: a backend with small queues: smaller requests; with too small ones: no disk" {
	local sum

	virtiod_install argo-liar 's/VIRTIOD_QUEUE_SIZE\t128/VIRTIOD_QUEUE_SIZE\t16/'
	PROGRAM=argo-liar OPTIONS='' both
	run on g1 'cat /sys/block/vda/queue/max_segments'
	assert_output 14
	sum=$(on g1 'head -c 4194304 /dev/urandom >/tmp/in
		dd if=/tmp/in of=/dev/vda bs=1M oflag=direct conv=fsync 2>/dev/null
		sha256sum </tmp/in; rm /tmp/in')
	run on g1 'dd if=/dev/vda bs=1M count=4 iflag=direct 2>/dev/null | sha256sum'
	assert_output "$sum"
	unloads_in_time
	on dom0 'killall -9 argo-liar'
	virtiod_install argo-liar 's/VIRTIOD_QUEUE_SIZE\t128/VIRTIOD_QUEUE_SIZE\t2/'
	PROGRAM=argo-liar OPTIONS='' backend
	on g1 'dmesg -c >/dev/null; modprobe virtio-argo backends=0'
	retry_until 10 on g1 "dmesg | grep 'device 0 (blk) has too small a queue, 2'"
	run on g1 '[ -e /dev/vda ]'
	assert_failure
}

@test "virtio: random numbers of length 0: no reader waits for ever, the disk goes on" {
	virtiod_install argo-liar 's/r->length = r->cap < RNG_MAX .*/r->length = 0;/'
	on g1 'dmesg -c >/dev/null'
	PROGRAM=argo-liar both
	retry_until 10 on g1 "dmesg | grep 'fails all requests: an answer of nothing'"
	retry_until 10 on g1 '! grep virtio_rng /sys/class/misc/hw_random/rng_available'
	run on g1 'timeout 20 head -c 16 /dev/hwrng | wc -c; echo ${PIPESTATUS[0]}'
	refute_line 124
	on g1 'dd if=/dev/vda of=/dev/null bs=4k count=1 iflag=direct'
	unloads_in_time
}

# bats test_tags=ends
@test "virtio: a guest that did not read for long asks again, and goes on" {
	virtiod_install argo-liar 's/PATIENCE_MS\t30000/PATIENCE_MS\t1500/'
	PROGRAM=argo-liar OPTIONS='' both ring_size=65536
	# Several, so that the ring is full whenever the guest is paused: one of them reads.
	on g1 'rm -f /tmp/read; for i in 1 2 3; do (while :; do
			dd if=/dev/vda of=/dev/null bs=1M count=8 iflag=direct || break
			echo x >>/tmp/read
		done) >/dev/null 2>&1 </dev/null & done'
	retry_until 20 on g1 '[ -s /tmp/read ]'
	guest_pause g1
	sleep 4
	guest_unpause g1
	retry_until 20 is_counted sessions 2
	on g1 'rm /tmp/read'
	retry_until 20 on g1 '[ -s /tmp/read ]'
	on g1 'killall -9 dd'
}

# bats test_tags=ends
@test "virtio: a backend with news all the time is asked once a second" {
	local before begin took messages

	virtiod_install argo-liar 's/^\t\tv->job = NULL;/&\n\t\tcontrol_event(v, v->job_device);/'
	PROGRAM=argo-liar OPTIONS='' both
	sleep 1
	before=$(counted received) begin=$SECONDS
	on g1 'dd if=/dev/vda of=/dev/null bs=4k count=300 iflag=direct'
	took=$((SECONDS - begin)) messages=$(($(counted received) - before))
	note "$messages messages in $took s"
	# an answer and news for each, and what is answered when the disk is looked at
	assert [ "$messages" -ge 600 ]
	assert [ "$messages" -le $((600 + 4 * (took + 2))) ]
}

# bats test_tags=ends
@test "virtio: backends= takes and gives, and refuses nonsense" {
	both
	run on g1 'cat /sys/module/virtio_argo/parameters/backends'
	assert_output '0:0x76690000'
	on g1 'echo >/sys/module/virtio_argo/parameters/backends'
	run on g1 '[ -e /dev/vda ]'
	assert_failure
	for word in x 0:x 70000 0:0x1ffffffff; do
		run on g1 "echo $word >/sys/module/virtio_argo/parameters/backends"
		assert_failure
	done
	on g1 'echo 0:0x76690000 >/sys/module/virtio_argo/parameters/backends'
	retry_until 10 disk_there
}
