#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build two Debian packages in build/package/:
#
#   argonet-dkms      the modules' sources; dkms builds them for each kernel
#   argonet-iproute2  the plugin that teaches ip(8) the words of argonet
#
#   package.sh			build both
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
	"Sources of argo-core and argonet, built by DKMS for each kernel."

make -s -C "$TOP/tools/iproute2" O="$out/obj" DESTDIR="$out/argonet-iproute2" install
make_deb argonet-iproute2 "$(dpkg --print-architecture)" "iproute2 (>= 5.0), libc6" \
	"Ethernet between Xen domains over Argo, plugin for ip" \
	"Lets \"ip link\" set and show the attributes of links of type argonet."
