# shellcheck shell=bash disable=SC2154 # TOP and BUILD are lib/bed's
# SPDX-License-Identifier: GPL-2.0-only
# Programs over libargo for domains, which have no libargo: each is one file.

chardev_build() # NAME SOURCE...
{
	local out=$BUILD/tests/$1

	mkdir -p "${out%/*}"
	gcc -O2 -Wall -Wno-pointer-sign -static -s -I"$TOP/include/uapi" -I"$TOP/lib/libargo" \
		-o "$out" "${@:2}" "$TOP"/lib/libargo/*.c -lpthread
}

argocat_build()
{
	chardev_build argocat "$TOP/tools/argo/argocat.c" "$TOP/tools/argo/pump.c"
}
