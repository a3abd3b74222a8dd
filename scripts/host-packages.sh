#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Make sure the Debian packages that the build and the test bed call are
# installed. Only root may install; anybody else is told what is missing.

. "$(dirname "$0")/lib/common.sh"

packages=(
	# building Xen, the modules and the tools
	gcc g++ make flex bison bc libc6-dev libelf-dev libssl-dev python3
	dpkg-dev xz-utils zstd cpio kmod rsync pkg-config libmnl-dev meson
	libxen-dev libsystemd-dev libinih-dev
	# BTF of modules for 6.12
	dwarves
	# running the bed
	qemu-system-x86 seabios openssh-client
	# tests and checks
	bats bats-support bats-assert check shellcheck sparse perl e2fsprogs
	clang libclang-rt-14-dev llvm
)

missing=()
for p in "${packages[@]}"; do
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
		missing+=("$p")
done
[ ${#missing[@]} -gt 0 ] || exit 0

[ "$(id -u)" -eq 0 ] ||
	die "these Debian packages are missing and only root can install them: ${missing[*]}"

step "installing ${#missing[@]} build packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -mtime -1 2>/dev/null)" ]; then
	logged apt-update-host apt-get -q update
fi
logged apt-install apt-get -q -o DPkg::Lock::Timeout=600 \
	install -y --no-install-recommends "${missing[@]}"
