#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# symbols.sh LIBRARY MAP: what is exported is what the map lists, nothing else.
set -eu

want=$(sed -n '/^global:/,/^local:/s/^\t\(argo_[a-z_]*\);$/\1@@LIBARGO_1.0/p' "$2" | sort)
have=$(nm -D --defined-only "$1" | awk '$2 == "T" { print $3 }' | sort)
[ "$want" = "$have" ] || {
	printf 'listed:\n%s\nexported:\n%s\n' "$want" "$have"
	exit 1
}
