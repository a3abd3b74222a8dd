#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build Debian packages in build/package/:
#
#   argonet-dkms      the modules' sources; dkms builds them for each kernel
#   argonet-iproute2  the plugin that teaches ip(8) the words of argonet
#   libargo1, libargo-dev, python3-argo, argo-tools
#                     /dev/argo for programs
#   argonet-dom0, argonet-backend, argonet-guest
#                     links that come and go with domains
#
#   package.sh			build them all
#   package.sh --tree FOLDER	only write what is under /usr/src/argonet-VERSION

. "$(dirname "$0")/lib/common.sh"

version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$TOP/dkms.conf")
[ -n "$version" ] || die "dkms.conf has no PACKAGE_VERSION"

write_tree() # FOLDER
{
	local f list=()

	for f in Kbuild Kconfig dkms.conf COPYING drivers include; do
		[ ! -e "$TOP/$f" ] || list+=("$f")
	done
	rm -rf "$1"
	mkdir -p "$1"
	# Whatever a build inside the tree left behind stays out.
	tar -C "$TOP" --exclude-from="$TOP/.gitignore" -c "${list[@]}" |
		tar -C "$1" --no-same-owner -x
	chmod -R u=rwX,go=rX "$1"
}

# make_deb NAME ARCHITECTURE DEPENDS SUMMARY TEXT: pack $out/NAME/
make_deb()
{
	local root=$out/$1

	mkdir -p "$root/DEBIAN" "$root/usr/share/doc/$1"
	cat >"$root/usr/share/doc/$1/copyright" <<-END
	Copyright: the argonet authors
	License: GPL-2.0-only
	On Debian systems the full text is in /usr/share/common-licenses/GPL-2.
	END
	cat >"$root/DEBIAN/control" <<-END
	Package: $1
	Version: $version
	Architecture: $2
	Maintainer: argonet authors <argonet@localhost>
	Depends: $3
	Section: kernel
	Priority: optional
	Description: $4
	 $5
	END
	chmod -R go=rX "$root"
	dpkg-deb --root-owner-group -b "$root" \
		"$out/$1_${version}_$2.deb"
}

if [ "${1:-}" = --tree ]; then
	write_tree "${2:?folder}"
	exit 0
fi

out=$BUILD/package
rm -rf "$out"

root=$out/argonet-dkms
write_tree "$root/usr/src/argonet-$version"
mkdir -p "$root/DEBIAN"
cat >"$root/DEBIAN/postinst" <<END
#!/bin/sh
set -e
if [ "\$1" = configure ] && [ -x /usr/lib/dkms/common.postinst ]; then
	/usr/lib/dkms/common.postinst argonet $version "" "" "\$2"
fi
END
cat >"$root/DEBIAN/prerm" <<END
#!/bin/sh
set -e
case \$1 in
remove|upgrade|deconfigure)
	if [ -n "\$(dkms status -m argonet -v $version)" ]; then
		dkms remove -m argonet -v $version --all
	fi ;;
esac
END
chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm"
make_deb argonet-dkms all "dkms (>= 3.0)" \
	"Ethernet between Xen domains over Argo, kernel modules" \
	"Sources of argo-core, argonet and argo-dev, built by DKMS for each kernel."

make -s -C "$TOP/tools/iproute2" O="$out/obj" DESTDIR="$out/argonet-iproute2" install
make_deb argonet-iproute2 "$(dpkg --print-architecture)" "iproute2 (>= 5.0), libc6" \
	"Ethernet between Xen domains over Argo, plugin for ip" \
	"Lets \"ip link\" set and show the attributes of links of type argonet."

# The library, its headers, its Python module, its programs: who installs the
# programs gets the group that may use the device.
meson setup "$out/obj/argo" "$TOP" --prefix /usr --buildtype release \
	--libdir "lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)" \
	-Dpython.purelibdir=/usr/lib/python3/dist-packages -Dxenstore=enabled >/dev/null
DESTDIR=$out/obj/root meson install -C "$out/obj/argo" >/dev/null

# move PACKAGE PATH...: out of the installation
move()
{
	local p pkg=$1

	shift
	for p; do
		mkdir -p "$out/$pkg/${p%/*}"
		# shellcheck disable=SC2086 # a pattern
		mv "$out"/obj/root/$p "$out/$pkg/${p%/*}/"
	done
}

lib="usr/lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)"
arch=$(dpkg --print-architecture)
move libargo1 "$lib/libargo.so.1*"
mkdir -p "$out/libargo1/DEBIAN"
echo "libargo 1 libargo1 (>= $version)" >"$out/libargo1/DEBIAN/shlibs"
cat >"$out/libargo1/DEBIAN/symbols" <<END
libargo.so.1 libargo1
$(sed -n "s/^\t\(argo_[a-z_]*\);/ \1@LIBARGO_1.0 $version/p" "$TOP/lib/libargo/libargo.map")
END
echo 'activate-noawait ldconfig' >"$out/libargo1/DEBIAN/triggers"
make_deb libargo1 "$arch" libc6 "Messages between Xen domains, library" \
	"Programs send and receive messages over Xen's Argo, through /dev/argo."
move libargo-dev "$lib/libargo.so" "$lib/libargo.a" "$lib/pkgconfig" usr/include \
	usr/share/man/man3
make_deb libargo-dev "$arch" "libargo1 (= $version)" \
	"Messages between Xen domains, for building programs" \
	"Headers and the static library of libargo."
move python3-argo usr/lib/python3
make_deb python3-argo all "libargo1 (>= $version), python3" \
	"Messages between Xen domains, Python module" \
	"Python programs send and receive messages over Xen's Argo."
# The daemons' units are started as others of Debian's are.
service() # PACKAGE UNIT
{
	mkdir -p "$out/$1/DEBIAN"
	cat >"$out/$1/DEBIAN/postinst" <<-END
	#!/bin/sh
	set -e
	if [ "\$1" = configure ] && [ -d /run/systemd/system ]; then
		systemctl daemon-reload
		deb-systemd-helper enable $2
		deb-systemd-invoke restart $2
	fi
	END
	cat >"$out/$1/DEBIAN/prerm" <<-END
	#!/bin/sh
	set -e
	if [ "\$1" = remove ] && [ -d /run/systemd/system ]; then
		deb-systemd-invoke stop $2
		deb-systemd-helper disable $2
	fi
	END
	chmod 755 "$out/$1/DEBIAN/postinst" "$out/$1/DEBIAN/prerm"
}

units=usr/lib/systemd/system
man8=usr/share/man/man8
move argonet-guest usr/sbin/argonet-guest $units/argonet-guest.service $units/argonet@.service \
	usr/lib/udev/rules.d/60-argonet-guest.rules $man8/argonet-guest.8
service argonet-guest argonet-guest.service
make_deb argonet-guest "$arch" \
	"libc6, libmnl0, libsystemd0, libxenstore4, argonet-dkms, init-system-helpers" \
	"Ethernet between Xen domains over Argo, for guests" \
	"Makes the interfaces that dom0 gave to this guest, see argonetd(8)."
move argonet-backend usr/sbin/argonet-backend $units/argonet-backend.service \
	usr/lib/udev/rules.d/60-argonet-backend.rules $man8/argonet-backend.8
service argonet-backend argonet-backend.service
make_deb argonet-backend "$arch" \
	"libc6, libmnl0, libsystemd0, libxenstore4, argonet-dkms, init-system-helpers" \
	"Ethernet between Xen domains over Argo, for network VMs" \
	"Has a port for each guest that dom0 gave to this domain, see argonetd(8)."
move argonet-dom0 usr/sbin/argonetd usr/sbin/argonetctl $units/argonetd.service \
	"$man8/argonet*" usr/share/man/man5
service argonet-dom0 argonetd.service
make_deb argonet-dom0 "$arch" \
	"libc6, libmnl0, libsystemd0, libxenstore4, libinih1, init-system-helpers" \
	"Ethernet between Xen domains over Argo, for dom0" \
	"Tells domains which links they have with which others, see argonetd(8)."
move argo-tools usr/bin usr/lib/udev usr/share/man/man1
mkdir -p "$out/argo-tools/DEBIAN"
cat >"$out/argo-tools/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ] && ! getent group argo >/dev/null; then
	addgroup --system argo
fi
END
chmod 755 "$out/argo-tools/DEBIAN/postinst"
make_deb argo-tools "$arch" "libargo1 (>= $version), libc6, adduser" \
	"Messages between Xen domains, programs" \
	"argocat moves standard input and output over Xen's Argo, argo looks at it."
