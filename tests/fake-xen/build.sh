#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Build the drivers for a kernel without a hypervisor, and what tests them.
#
#   build.sh KDIR OUTDIR [WORD...]	words for make, such as ARCH=um
#
# OUTDIR then holds argo-core.ko, with the fake Xen inside, argonet.ko and
# argo-selftest.ko; and in OUTDIR/kunit/, if the kernel has KUnit, the first
# two with their unit tests, those of vsock-argo, and argo-fake-test.ko, to be
# loaded last. Tests run when a module is loaded. All of it is built in copies of
# the sources, only what changed is compiled again.

. "$(dirname "$0")/../../scripts/lib/common.sh"

[ $# -ge 2 ] || die "usage: $0 KDIR OUTDIR [WORD...]"
kdir=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
shift 2
words=("$@")

# tree FOLDER: a copy of the sources whose argo-core has the fake Xen in it
tree()
{
	local to=$1 d

	mkdir -p "$to/tests"
	rsync -rc --delete --exclude-from="$TOP/.gitignore" --exclude='*.order' --exclude='*.gc??' \
		--exclude='*.symvers' --exclude=/tests --exclude=fake-xen \
		--exclude='Makefile' --exclude=argo/char --exclude=argo/virtio \
		"$TOP/drivers" "$TOP/include" "$to/"
	rsync -rc --delete --exclude-from="$TOP/.gitignore" --exclude='*.order' --exclude='*.gc??' \
		--exclude='*.symvers' "$TOP/tests/modules/" "$to/tests/"
	rsync -rc "$TOP"/tests/fake-xen/*.[ch] "$to/drivers/argo/core/fake-xen/"
	rsync -rc --exclude=Kbuild.top "$TOP/tests/fake-xen/kunit/" "$to/fake-xen-kunit/"
	mkdir -p "$to/drivers/net/argonet/fake-xen"
	install_if_changed "$to/drivers/net/argonet/fake-xen/exports.c" <(exports)
	mkdir -p "$to/drivers/argo/vsock/fake-xen"
	install_if_changed "$to/drivers/argo/vsock/fake-xen/license.c" \
		<(printf '#include <linux/module.h>\nMODULE_LICENSE("GPL");\n')
	# argonet stands for all clients. Of vsock-argo there are the unit tests.
	install_if_changed "$to/Kbuild" <(grep -vE 'drivers/argo/(char|virtio)/' "$TOP/Kbuild") \
		"$TOP/tests/fake-xen/kunit/Kbuild.top"
	for d in argo/core:core argo/vsock:vsock net/argonet:argonet; do
		install_if_changed "$to/drivers/${d%:*}/Makefile" \
			"$TOP/drivers/${d%:*}/Makefile" \
			"$TOP/tests/fake-xen/${d#*:}.mk"
	done
}

# What the tests have to see of argonet
exports()
{
	printf '#include <linux/export.h>\n#include "argonet.h"\n'
	printf 'EXPORT_SYMBOL_GPL(%s);\n' argonet_link_ops argonet_state \
		argonet_read_rx_stats
}

install_if_changed() # FILE PART...
{
	local file=$1

	shift
	cat "$@" >"$file.new"
	if cmp -s "$file.new" "$file"; then
		rm "$file.new"
	else
		mv "$file.new" "$file"
	fi
}

modules() # FOLDER WORD...
{
	local to=$1

	shift
	make -j2 -C "$kdir" M="$to" W=1 "$@" "${words[@]}" modules
}

plain()
{
	tree "$out/src"
	modules "$out/src"
	make -C "$out/src/tests" KDIR="$kdir" TOP="$out/src" CORE="$out/src" \
		ARGO_FAKE_XEN=1 "${words[@]}" modules
	cp "$out/src/drivers/argo/core/argo-core.ko" \
		"$out/src/drivers/net/argonet/argonet.ko" \
		"$out/src/tests/argo-selftest.ko" "$out/"
}

kunit()
{
	tree "$out/kunit/src"
	modules "$out/kunit/src" CONFIG_ARGO_KUNIT_TEST=y CONFIG_ARGONET_KUNIT_TEST=y
	cp "$out/kunit/src/drivers/argo/core/argo-core.ko" \
		"$out/kunit/src/drivers/net/argonet/argonet.ko" \
		"$out/kunit/src/drivers/argo/vsock/vsock-argo-test.ko" \
		"$out/kunit/src/fake-xen-kunit/argo-fake-test.ko" "$out/kunit/"
}

name=fake-xen-$(basename "$out")
step "building the drivers with the fake Xen into $out"
logged "$name" plain
if grep -q '^CONFIG_KUNIT=[ym]' "$kdir/.config" 2>/dev/null; then
	logged "$name-kunit" kunit
else
	rm -rf "$out/kunit"
fi
