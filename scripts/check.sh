#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# "make check": what can be said about the sources without running them.
#
#   check.sh [CHECK...]	all checks, or only the named ones
#
# Every check runs, also after one failed; each has its log in build/check/.
# The modules are built in copies there, never in the source tree.

. "$(dirname "$0")/lib/common.sh"
. "$(dirname "$0")/lib/apt.sh"

cd "$TOP"
OUT=$BUILD/check
root=
all=(checkpatch kernel-doc shellcheck matrix build-6.1 rooms build-6.12 build-newest arm64
	dkms iproute2 libargo package)

# Everything that checkpatch says counts, except these, by file. The patterns
# are tried in this order, the first that fits decides.
exceptions=(
	# The tracing macros have a layout of their own.
	'drivers/*/trace.h OPEN_ENDED_LINE,PARENTHESIS_ALIGNMENT'
	# The layout of struct_group_tagged()
	'drivers/net/argonet/argonet.h LINE_SPACING,PARENTHESIS_ALIGNMENT'
	# The hypervisor's ABI, as in the kernel's other files in this folder:
	# programs that include it have no BIT().
	'include/xen/interface/* BIT_MACRO'
	# Xen answers ENOSYS to a hypercall that it was built without.
	'drivers/argo/core/* ENOSYS'
	'tests/fake-xen/kunit/core_test.c ENOSYS'
	# Names and macros of the test library, which end in no semicolon.
	'tests/unit/* CAMELCASE,LINE_SPACING,PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES'
	# The name that libFuzzer calls.
	'tests/fuzz/fuzz.c CAMELCASE,PREFER_KERNEL_TYPES'
	# Stands in for kernel headers, typedefs and all.
	'tests/fuzz/net_shim.h MACRO_ARG_REUSE,NEW_TYPEDEFS'
	# Stands in for kernel headers: much takes arguments and does nothing.
	'tests/sim/kernel.h MACRO_ARG_UNUSED,MACRO_ARG_REUSE,MACRO_ARG_PRECEDENCE,MACRO_WITH_FLOW_CONTROL,NEW_TYPEDEFS,PREFER_DEFINED_ATTRIBUTE_MACRO,EXPORT_SYMBOL,VOLATILE,MEMORY_BARRIER,PREFER_KERNEL_TYPES,UNCOMMENTED_DEFINITION,COMPLEX_MACRO'
	'tests/sim/net.h UNCOMMENTED_DEFINITION,MACRO_ARG_UNUSED,MACRO_ARG_REUSE,NEW_TYPEDEFS,CAMELCASE,PREFER_KERNEL_TYPES'
	# Its milliseconds never wrap.
	'tests/sim/* JIFFIES_COMPARISON,PREFER_DEFINED_ATTRIBUTE_MACRO,UNCOMMENTED_DEFINITION,PREFER_KERNEL_TYPES'
	# Programs have no names for attributes.
	'tests/tools/xdp.bpf.c PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES'
	# In the place of system calls, which no header declares.
	'lib/test/device.c PREFER_KERNEL_TYPES,AVOID_EXTERNS,PREFER_DEFINED_ATTRIBUTE_MACRO'
	# Programs have no names for attributes.
	'tools/argonet-xen/* PREFER_DEFINED_ATTRIBUTE_MACRO,PREFER_KERNEL_TYPES'
	# Programs have no u32, only uint32_t.
	't* PREFER_KERNEL_TYPES'
	'lib/* PREFER_KERNEL_TYPES'
	'* NONE'
)

complain()
{
	echo "$*"
	complaints=$((complaints + 1))
}

headers() # KERNEL
{
	KERNEL=$1 scripts/fetch-kernel.sh --headers-only
}

sources() # FOLDER...: C files, without those that a build made
{
	local d

	for d; do
		[ ! -d "$d" ] || find "$d" -name '*.[ch]' ! -name '*.mod.c'
	done | sort
}

# checkpatch and its word lists are in no binary package of Debian, only in
# the one that carries the kernel's source.
get_checkpatch()
{
	local deb

	[ ! -s "$OUT/tools/done" ] || return 0
	apt_only checkpatch linux-source-6.12
	deb=("$APT"/sets/checkpatch/linux-source-6.12_*.deb)
	mkdir -p "$OUT/tools"
	# The last tar stops early, which breaks the pipe before it.
	dpkg-deb --fsys-tarfile "${deb[-1]}" |
		tar -xO ./usr/src/linux-source-6.12.tar.xz |
		tar -xJ -C "$OUT/tools" --strip-components=2 --occurrence=1 \
			linux-source-6.12/scripts/checkpatch.pl \
			linux-source-6.12/scripts/spelling.txt \
			linux-source-6.12/scripts/const_structs.checkpatch || true
	[ -s "$OUT/tools/checkpatch.pl" ] &&
		[ -s "$OUT/tools/const_structs.checkpatch" ] &&
		[ -s "$OUT/tools/spelling.txt" ]
	rm -rf "$APT/sets/checkpatch"
	basename "${deb[-1]}" >"$OUT/tools/done"
}

check_checkpatch()
{
	local opts=(--no-tree --strict --terse --show-types --no-summary)
	local rule f files
	declare -A group=()

	get_checkpatch
	while read -r f; do
		for rule in "${exceptions[@]}"; do
			# shellcheck disable=SC2053 # the pattern is meant as one
			[[ $f != ${rule% *} ]] || break
		done
		group[${rule#* }]+=$f$'\n'
	done < <(sources drivers include lib tests tools)
	for rule in "${!group[@]}"; do
		mapfile -t files <<<"${group[$rule]%$'\n'}"
		perl "$OUT/tools/checkpatch.pl" "${opts[@]}" --ignore "$rule" \
			-f "${files[@]}" ||
			complain "${#files[@]} files checked but for $rule"
	done
}

check_kernel-doc()
{
	local kdoc files sym

	headers 6.12
	kdoc=("$BUILD"/kernel/6.12/headers/usr/src/linux-headers-*-common/scripts/kernel-doc)
	mapfile -t files < <(sources drivers include)
	perl "${kdoc[0]}" -none -Wall -Werror "${files[@]}" || complain "kernel-doc failed"
	grep -hoP '^EXPORT_SYMBOL\w*\(\K\w+' "${files[@]}" >"$OUT/exported" || true
	while read -r sym; do
		grep -qE "^ \* $sym(\(\))? - " "${files[@]}" ||
			complain "$sym is exported but has no kernel-doc"
	done <"$OUT/exported"
	echo "$(wc -l <"$OUT/exported") exported symbols"
}

check_shellcheck()
{
	local f dirs=() scripts=() bats=()
	# SC1091: some sourced files exist only at run time, or in a guest.
	local opts=(-f gcc -x -P SCRIPTDIR -P scripts -e SC1091)

	for f in scripts lib tests tools .ci; do
		[ ! -d "$f" ] || dirs+=("$f")
	done
	while read -r f; do
		if [[ $f == *.bats ]]; then
			bats+=("$f")
		elif [[ $f == *.sh || $f == *.bash ]] ||
				head -n 1 "$f" | grep -aqE '^#! ?/.*\<(ba|da)?sh\>'; then
			scripts+=("$f")
		fi
	done < <(find "${dirs[@]}" -type f -size -200k | sort)
	echo "${#scripts[@]} scripts, ${#bats[@]} bats files"
	shellcheck "${opts[@]}" "${scripts[@]}" || complain "in scripts"
	[ ${#bats[@]} -eq 0 ] || shellcheck "${opts[@]}" -s bats "${bats[@]}" ||
		complain "in bats files"
}

# What dkms.conf says about NAME
dkms_conf() # NAME
{
	sed -n "s/^$1=\"\(.*\)\"\$/\1/p" dkms.conf
}

# build TREE KDIR WORD...: all warnings on, every one of them counts. After
# newest_root, KDIR is a path in that root, and TREE is below it.
build()
{
	local tree=$1 kdir=$2 rc=0 release

	shift 2
	scripts/package.sh --tree "$tree"
	${root:+in_root} make -j2 -C "$kdir" M="${tree#"$root"}" W=1 "$@" \
		modules >"$tree.make" 2>&1 || rc=$?
	cat "$tree.make"
	[ "$rc" -eq 0 ] || complain "the build failed"
	# Make mentions a compiler that is not the very one the kernel had.
	! grep -E '(warning|error|WARNING|ERROR): ' "$tree.make" |
		grep -v 'warning: the compiler differs' ||
		complain "warnings"
	[ -s "$tree/drivers/argo/core/argo-core.ko" ] || complain "no argo-core.ko"
	[ -s "$tree/drivers/argo/char/argo-dev.ko" ] || complain "no argo-dev.ko"
	[ -s "$tree/drivers/argo/virtio/virtio-argo.ko" ] || complain "no virtio-argo.ko"
	[ -s "$tree/drivers/net/argonet/argonet.ko" ] || complain "no argonet.ko"
	[ -s "$tree/drivers/argo/vsock/vsock-argo.ko" ] || complain "no vsock-argo.ko"
	release=$(cat "$root$kdir/include/config/kernel.release")
	[[ $release =~ $(dkms_conf BUILD_EXCLUSIVE_KERNEL) ]] ||
		complain "dkms.conf leaves out $release in BUILD_EXCLUSIVE_KERNEL"
}

# W=1 and sparse see the same build.
check_build-6.1()
{
	headers 6.1
	build "$OUT/6.1" "$BUILD/kernel/6.1/kdir" C=2
}

# No two files of argonet need each other.
check_rooms()
{
	local order=docs/architecture/argonet.rooms

	[ -e "$OUT/6.1/drivers/net/argonet/argonet.ko" ] || check_build-6.1
	scripts/rooms.sh check "$OUT/6.1/drivers/net/argonet" "$order" ||
		complain "calls go up in $order"
}

check_build-6.12()
{
	headers 6.12
	build "$OUT/6.12" "$BUILD/kernel/6.12/kdir" C=2
}

# Debian's newest kernel is in the backports of its newest release, and needs
# that release's compiler and C library: unpack all of them into a root of their
# own. Do so again when the archive has something newer.
newest_root()
{
	local release=trixie dir=$OUT/newest
	local words=(-y -o "APT::Default-Release=$release-backports" '?essential'
		     make linux-headers-amd64 dkms)

	[ "$(id -u)" -eq 0 ] || die "only root can change to another root"
	root=$dir/root
	APT=$dir/apt
	APT_SUITES="$release $release-backports"
	apt_lists
	private_apt apt-get install --print-uris -qq "${words[@]}" >"$dir/set"
	if ! cmp "$dir/set" "$dir/done"; then
		rm -rf "$dir/done" "$root" "$APT/sets/newest"
		apt_set newest "${words[@]}"
		unpack_set newest "$root"
		rm -rf "$APT/sets/newest"
		# Debian makes this link when it configures the package.
		ln -s mawk "$root/usr/bin/awk"
		mv "$dir/set" "$dir/done"
	fi
	newest=$(basename "$root"/usr/src/linux-headers-*-amd64)
	newest=${newest#linux-headers-}
}

in_root() # COMMAND...
{
	# objtool looks for its stack in /proc.
	# shellcheck disable=SC2016 # the inner shell expands these
	unshare --mount sh -ec '
		root=$1
		shift
		mount -t proc proc "$root/proc"
		mount --bind /dev "$root/dev"
		exec env -i PATH=/usr/sbin:/usr/bin LC_ALL=C chroot "$root" "$@"
	' sh "$root" "$@"
}

# Without sparse: Debian's cannot read the headers of such a kernel.
check_build-newest()
{
	newest_root
	build "$root/tree" "/lib/modules/$newest/build"
}

# What the packages of headers make DKMS do when they are configured: it must
# build for the newest kernel, and it must skip one that dkms.conf does not list,
# here the same headers by another name. Both that of the newest release and this
# machine's, which do not agree about what is a failure.
check_dkms()
{
	local dkms kernel module rc tree other=99.0-amd64

	apt_only dkms dkms
	newest_root
	rm -rf "$root/older"
	dpkg-deb -x "$BUILD"/apt/sets/dkms/dkms_*.deb "$root/older"
	module=$(dkms_conf PACKAGE_NAME)/$(dkms_conf PACKAGE_VERSION)
	tree=$root/usr/src/${module/\//-}
	mkdir -p "$root/lib/modules/$other"
	ln -sfn "../$newest/build" "$root/lib/modules/$other/build"
	scripts/package.sh --tree "$tree"
	# As the package asks when it is installed, of no kernel in particular
	[ "$(bash -c '. ./dkms.conf && echo "$AUTOINSTALL"')" = yes ] ||
		complain "AUTOINSTALL is not set"
	for dkms in dkms /older/usr/sbin/dkms; do
		rm -rf "$root/var/lib/dkms" "$root"/lib/modules/*/updates
		mkdir -p "$root/var/lib/dkms"
		in_root "$dkms" --version
		in_root "$dkms" add "$module"
		for kernel in "$other" "$newest"; do
			in_root "$dkms" autoinstall --kernelver "$kernel" ||
				complain "headers of $kernel could not be configured"
		done
		in_root "$dkms" status "$module" -k "$newest" |
			grep ': installed' || complain "no modules for $newest"
		rc=0
		in_root "$dkms" build "$module" -k "$other" || rc=$?
		[ "$rc" -eq 77 ] ||
			complain "$other is not skipped: $rc instead of 77"
	done
}

# The headers' part that belongs to the architecture comes from the arm64
# package, everything else from what build-6.1 uses.
check_arm64()
{
	local dir=$OUT/arm64 amd64=$BUILD/kernel/6.1/headers kver kdir

	headers 6.1
	kver=$(cat "$BUILD/kernel/6.1/version")
	kver=${kver%-amd64}-arm64
	kdir=$dir/usr/src/linux-headers-$kver
	command -v aarch64-linux-gnu-gcc-12 >/dev/null || {
		[ "$(id -u)" -eq 0 ] ||
			die "package gcc-aarch64-linux-gnu is missing and only root can install it"
		DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600 \
			install -y --no-install-recommends gcc-aarch64-linux-gnu
	}
	if [ ! -e "$kdir/done" ]; then
		rm -rf "$dir"
		mkdir -p "$dir/usr/lib"
		cat >"$dir/apt.conf" <<-END
		APT::Architecture "arm64";
		APT::Architectures { "arm64"; };
		END
		(
			export APT=$dir/apt APT_CONFIG=$dir/apt.conf
			apt_only headers "linux-headers-$kver"
		)
		dpkg-deb -x "$dir"/apt/sets/headers/*.deb "$dir"
		sed -i "s,/usr/src/,$amd64/usr/src/," "$kdir/Makefile"
		ln -s "$amd64"/usr/lib/linux-kbuild-* "$dir/usr/lib"
		touch "$kdir/done"
	fi
	build "$dir/tree" "$kdir" CROSS_COMPILE=aarch64-linux-gnu-
}

# The tables of what is tested are those of the tests.
check_matrix()
{
	tests/matrix.sh --check || complain "docs/testing.md is out of date"
}

check_iproute2()
{
	make -C tools/iproute2 O="$OUT/iproute2" check || complain "make check failed"
}

# The library and its programs: no warning, and the tests, once more with sanitizers.
check_libargo()
{
	local dir=$OUT/libargo san=$OUT/libargo-sanitized

	rm -rf "$dir" "$san"
	meson setup "$dir" --werror
	ninja -C "$dir"
	meson test -C "$dir" --print-errorlogs || complain "tests"
	meson setup "$san" --werror -Db_sanitize=address,undefined -Db_lundef=false
	ninja -C "$san"
	# Python itself is not built with it.
	meson test -C "$san" --print-errorlogs libargo || complain "tests with sanitizers"
}

check_package()
{
	local deb

	scripts/package.sh || complain "package.sh failed"
	for deb in "$BUILD"/package/*.deb; do
		dpkg-deb -I "$deb"
		dpkg-deb -c "$deb"
	done
}

mkdir -p "$OUT"
selected=("$@")
[ ${#selected[@]} -gt 0 ] || selected=("${all[@]}")
for name in "${selected[@]}"; do
	declare -F "check_$name" >/dev/null ||
		die "there is no check '$name', only: ${all[*]}"
done
scripts/host-packages.sh

failed=()
for name in "${selected[@]}"; do
	log=$OUT/$name.log
	start=$SECONDS
	set +e
	(
		set -e
		complaints=0
		"check_$name"
		exit "$((complaints > 0))"
	) >"$log" 2>&1 </dev/null
	rc=$?
	set -e
	verdict=ok
	if [ "$rc" -ne 0 ]; then
		verdict=FAILED
		failed+=("$name")
	fi
	printf '%-12s %-6s %3ds  log: %s\n' "$name" "$verdict" \
		"$((SECONDS - start))" "${log#"$TOP/"}"
	[ "$rc" -eq 0 ] || tail -n 15 "$log" | sed 's/^/    | /'
done

if [ ${#failed[@]} -gt 0 ]; then
	echo "check: ${#failed[@]} of ${#selected[@]} failed: ${failed[*]}"
	exit 1
fi
echo "check: all ${#selected[@]} passed"
