# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# The daemons of tools/argonet-xen in domains that have no service manager.
#
# shellcheck disable=SC2016 # the domains' shells expand it

# The programs with the libraries that the domains do not have, below a folder
platform_build()
{
	local dir=$BUILD/tests/platform lib p

	if [ "$(cat "$dir/source" 2>/dev/null)" != "$TOP" ]; then
		rm -rf "$dir"
		meson setup "$dir" "$TOP" --prefix /usr -Dxenstore=enabled >/dev/null || return
		echo "$TOP" >"$dir/source"
	fi
	ninja -C "$dir" >/dev/null || return
	rm -rf "$dir/root"
	mkdir -p "$dir/root/usr/sbin" "$dir/root/usr/lib/platform"
	for p in guest backend d ctl; do
		case $p in
		d|ctl)	p=argonet$p;;
		*)	p=argonet-$p;;
		esac
		install -s "$dir/tools/argonet-xen/$p" "$dir/root/usr/sbin/" || return
		while read -r lib; do
			cp -L "$lib" "$dir/root/usr/lib/platform/"
		done < <(ldd "$dir/tools/argonet-xen/$p" |
			sed -n 's,.* => \(/[^ ]*\) .*,\1,p' | grep -v '/libc\.so')
	done
	tar -C "$dir/root" -czf "$dir/root.tar.gz" .
}

platform_install() # DOM...
{
	local d

	for d; do
		"$BED" put "$d" "$BUILD/tests/platform/root.tar.gz" /tmp/platform.tgz 3>&- 4>&- &&
			on "$d" 'tar -C / -xzf /tmp/platform.tgz && rm /tmp/platform.tgz' || return
	done
}

# A guest with the daemon and its network in its image: nobody has to start anything.
# /boot/platform.img in dom0
platform_image() # ADDRESS
{
	local layer=$BUILD/tests/platform/layer

	. "$TOP/scripts/lib/image.sh"
	rm -rf "$layer"
	cp -r "$BUILD/tests/platform/root" "$layer"
	rm "$layer"/usr/sbin/argonet{d,ctl,-backend}
	mkdir "$layer/etc"
	cp "$TOP/scripts/image/inittab" "$layer/etc/"
	echo '::once:/etc/platform' >>"$layer/etc/inittab"
	cat >"$layer/etc/platform" <<-END
	#!/bin/sh
	export LD_LIBRARY_PATH=/usr/lib/platform
	setsid argonet-guest </dev/null >/tmp/argonet-guest.log 2>&1 &
	until [ -e /sys/class/net/argo0 ]; do sleep 0.1; done
	ip addr add $1/24 dev argo0
	ip link set argo0 up
	END
	chmod 755 "$layer/etc/platform"
	pack "$layer" "$layer.cpio"
	"$BED" put dom0 "$layer.cpio" /tmp/platform.cpio 3>&- 4>&- &&
		on dom0 'cat /boot/guest.img /tmp/platform.cpio >/boot/platform.img
			rm /tmp/platform.cpio'
}

daemon() # DOM PROGRAM [ARGUMENTS]
{
	on "$1" "LD_LIBRARY_PATH=/usr/lib/platform setsid ${*:2} </dev/null >>/tmp/$2.log 2>&1 &"
}

# The configuration is that of standard input.
configure()
{
	cat >"$BATS_TEST_TMPDIR/conf"
	on dom0 'mkdir -p /etc/argonet'
	"$BED" put dom0 "$BATS_TEST_TMPDIR/conf" /etc/argonet/bed.conf 3>&- 4>&-
}

argonetctl() # WORDS
{
	on dom0 "LD_LIBRARY_PATH=/usr/lib/platform argonetctl $*"
}

platform_stop()
{
	local d

	for d in dom0 g1 g2; do
		on "$d" 'killall -q -9 argonetd argonet-guest argonet-backend ping
			ip link del argobr 2>/dev/null
			tail -n 100 /tmp/argonet*.log; rm -f /tmp/argonet*.log' || true
	done
	on dom0 'rm -rf /etc/argonet /run/argonet
		for d in $(xenstore-list /local/domain); do
			xenstore-rm /local/domain/$d/device/argonet 2>/dev/null
			xenstore-rm /local/domain/$d/backend/argonet 2>/dev/null
		done
		true'
}
