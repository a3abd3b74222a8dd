#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make the initramfs layers: common.cpio for every domain, dom0.cpio on top of
# it in dom0. Kernel modules are those of KERNEL=.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/image.sh"

here=$TOP/scripts/image
out=$BUILD/image/$KERNEL
only_one "image-$KERNEL"

# Build again when a script, a package or the kernel changed.
key=$(cat "$0" "$TOP"/scripts/lib/image.sh "$here"/* \
	"$BUILD/kernel/$KERNEL"/root/boot/vmlinuz-* "$TOP/scripts/fetch-tools.sh" | sha256sum)
[ "$(cat "$out/key" 2>/dev/null)" != "$key" ] || exit 0

guest_modules=(
	xen-netfront llc stp bridge 8021q veth bonding dummy tun
	sch_netem sch_tbf sch_fq act_mirred cls_matchall sch_ingress
	sctp vxlan geneve ip_gre ipip macvlan ipvlan ifb netconsole
	xen-evtchn xen-privcmd af_packet_diag
	vsock vmw_vsock_virtio_transport_common vsock_loopback vsock_diag
)
dom0_modules=(
	xen-privcmd xenfs xen-evtchn xen-gntdev xen-gntalloc xen-netback
	bridge e1000
)

programs=(
	usr/bin/bash usr/bin/ip usr/bin/ss usr/sbin/tc usr/sbin/bridge
	usr/bin/ping usr/bin/iperf3 usr/sbin/ethtool usr/bin/kmod
	usr/bin/nsenter usr/bin/unshare usr/bin/socat usr/bin/tcpdump
	usr/bin/setsid usr/bin/timeout usr/bin/dd usr/bin/sha256sum
	usr/bin/stdbuf usr/sbin/dropbear
)

toolstack=(
	usr/lib/xen-4.17/bin/xl usr/lib/xen-4.17/bin/xenstored
	usr/lib/xen-4.17/bin/xenconsoled usr/lib/xen-4.17/bin/xenconsole
	usr/lib/xen-4.17/bin/xen-init-dom0
	usr/lib/xen-4.17/bin/libxl-save-helper
	usr/lib/xen-4.17/bin/xen-hptool usr/lib/xen-4.17/bin/xen-mfndump
	usr/bin/xenstore-read usr/bin/xenstore-write usr/bin/xenstore-ls
	usr/bin/xenstore-rm usr/bin/xenstore-list usr/bin/xenstore-watch
)

merged_usr() # STAGE
{
	local d

	for d in bin sbin lib lib64; do
		mkdir -p "$1/usr/$d"
		ln -s "usr/$d" "$1/$d"
	done
}

# A program of build/tools, on this machine
tool()
{
	"$BUILD/tools/lib64/ld-linux-x86-64.so.2" \
		--library-path "$BUILD/tools/usr/lib/x86_64-linux-gnu" \
		"$BUILD/tools/usr/bin/$1" "${@:2}"
}

ssh_keys()
{
	mkdir -p "$BUILD/ssh"
	chmod 700 "$BUILD/ssh"
	[ -e "$BUILD/ssh/key" ] ||
		ssh-keygen -q -t ed25519 -N '' -C bed -f "$BUILD/ssh/key"
	[ -e "$BUILD/ssh/host" ] ||
		tool dropbearkey -t ed25519 -f "$BUILD/ssh/host"
	[ -e "$BUILD/ssh/key.dropbear" ] ||
		tool dropbearconvert openssh dropbear "$BUILD/ssh/key" "$BUILD/ssh/key.dropbear"
}

common()
{
	local s=$out/common p

	rm -rf "$s"
	mkdir -p "$s"
	merged_usr "$s"
	mkdir -p "$s"/{proc,sys,dev,run,tmp,root,etc,var/log,var/lib,mnt,home}
	ln -s ../run "$s/var/run"
	chmod 1777 "$s/tmp"

	# busybox first, real programs over its links
	install -m 755 "$BUILD/tools/usr/bin/busybox" "$s/usr/bin/busybox"
	"$s/usr/bin/busybox" --list | while read -r p; do
		[ "$p" = busybox ] || ln -s busybox "$s/usr/bin/$p"
	done
	install -m 755 "$BUILD/tools/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" \
		"$s/usr/lib64/ld-linux-x86-64.so.2"
	for p in "${programs[@]}"; do
		rm -f "$s/usr/bin/${p##*/}"
		add_program "$s" "$p"
	done
	# busybox's shell would run its own applets whatever PATH says
	ln -sf bash "$s/usr/bin/sh"
	for p in lsmod rmmod insmod modinfo modprobe depmod; do
		rm -f "$s/usr/bin/$p"
		ln -s ../bin/kmod "$s/usr/sbin/$p"
	done
	install -D -m 755 "$BUILD/tools/usr/libexec/coreutils/libstdbuf.so" \
		"$s/usr/libexec/coreutils/libstdbuf.so" 2>/dev/null || rm -f "$s/usr/bin/stdbuf"

	install -m 755 "$here/init" "$s/init"
	install -m 755 "$here/rc" "$s/etc/rc"
	gcc -O2 -Wall -static -o "$s/usr/bin/ctl-shell" "$here/ctl-shell.c"
	install -m 644 "$here/inittab" "$here/passwd" "$here/group" \
		"$here/shells" "$here/profile" "$s/etc/"
	install -d -m 700 "$s/root/.ssh" "$s/etc/dropbear"
	install -m 600 "$BUILD/ssh/key.pub" "$s/root/.ssh/authorized_keys"
	install -m 600 "$BUILD/ssh/host" "$s/etc/dropbear/dropbear_ed25519_host_key"

	add_modules "$s" "${guest_modules[@]}"
	pack "$s" "$out/common.cpio"
}

dom0()
{
	local s=$out/dom0 p

	rm -rf "$s"
	merged_usr "$s"
	mkdir -p "$s/etc/xen/scripts" "$s/var/lib/xen" "$s/var/log/xen"
	for p in "${toolstack[@]}"; do
		add_program "$s" "$p"
	done
	for p in xl xenconsole xen-hptool xen-mfndump; do
		ln -s ../lib/xen-4.17/bin/$p "$s/usr/sbin/$p"
	done
	# dlopen()ed by pthread_cancel(): without it xl dies in its monitor
	p=usr/lib/x86_64-linux-gnu/libgcc_s.so.1
	install -D -m 755 "$BUILD/tools/$p" "$s/$p"
	# from dom0 into the guests, where no one outside can
	add_program "$s" usr/bin/dbclient
	install -D -m 600 "$BUILD/ssh/key.dropbear" "$s/etc/dropbear/key"
	install -m 755 "$here/rc.dom0" "$s/etc/rc.dom0"
	install -m 755 "$here/vif-bed" "$s/etc/xen/scripts/vif-bed"
	install -m 644 "$here/xl.conf" "$s/etc/xen/xl.conf"
	add_modules "$s" "${guest_modules[@]}" "${dom0_modules[@]}"
	pack "$s" "$out/dom0.cpio"
}

step "building the images for kernel $(cat "$BUILD/kernel/$KERNEL/version")"
mkdir -p "$out"
logged "ssh-keys" ssh_keys
logged "image-common-$KERNEL" common
logged "image-dom0-$KERNEL" dom0
rm -rf "$out/common" "$out/dom0"
install -m 644 "$BUILD/kernel/$KERNEL/root/boot/vmlinuz-$(cat "$BUILD/kernel/$KERNEL/version")" \
	"$out/vmlinuz"
python3 "$here/extract-vmlinux.py" "$out/vmlinuz" "$out/vmlinux"
printf '%s\n' "$key" >"$out/key"
