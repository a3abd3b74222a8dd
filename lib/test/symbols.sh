#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# symbols.sh LIBRARY HEADER: what is exported is what the header declares, nothing
# else, and has a version.
set -eu

want=$(grep -o '\<argo_[a-z_]*(' "$2" | sed 's/($/@@LIBARGO_1.0/' | sort -u)
have=$(nm -D --defined-only "$1" | awk '$2 == "T" { print $3 }' | sort)
[ "$want" = "$have" ] || {
	printf 'declared:\n%s\nexported:\n%s\n' "$want" "$have"
	exit 1
}
