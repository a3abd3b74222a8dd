# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A private apt below build/: same archives as the machine's own apt, with
# source packages switched on, and nothing written outside build/.

APT=$BUILD/apt
: "${BUILD:?}"

private_apt()
{
	local tool=$1

	shift
	"$tool" -q \
		-o Dir::Etc::sourcelist=/dev/null \
		-o Dir::Etc::sourceparts="$APT/sources" \
		-o Dir::State="$APT/state" \
		-o Dir::State::status="$APT/state/status" \
		-o Dir::Cache="$APT/cache" \
		-o Dir::Cache::archives="${APT_ARCHIVES:-$APT/cache/archives}" \
		-o APT::Sandbox::User=root \
		-o APT::Install-Recommends=false \
		-o Acquire::Retries=3 \
		"$@"
}

# Copy the entries for this Debian release out of the machine's apt
# configuration, both file formats, with "deb" turned into "deb deb-src".
# Where APT_SUITES is set, these suites of the same archive take their place.
apt_sources()
{
	local codename suites f n=0

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	[ -n "$codename" ] || die "no VERSION_CODENAME in /etc/os-release"
	suites="^$codename(-updates|-security|/updates)?\$"
	[ -z "${APT_SUITES:-}" ] || suites="^$codename\$"

	rm -rf "$APT/sources"
	mkdir -p "$APT/sources"
	for f in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
		[ -r "$f" ] || continue
		n=$((n + 1))
		awk -v suites="$suites" -v instead="${APT_SUITES:-}" '
			$1 != "deb" { next }
			{
				s = 3
				if ($2 ~ /^\[/)
					for (s = 2; $s !~ /\]$/; s++)
						;
				if ($2 ~ /^\[/)
					s += 2
				if ($s !~ suites)
					next
				k = split(instead ? instead : $s, w, " ")
				for (j = 1; j <= k; j++) {
					$1 = "deb"
					$s = w[j]
					print
					$1 = "deb-src"
					print
				}
			}' "$f" >"$APT/sources/$n.list"
	done
	for f in /etc/apt/sources.list.d/*.sources; do
		[ -r "$f" ] || continue
		n=$((n + 1))
		sed '/^#/d' "$f" | awk -v suites="$suites" \
			-v instead="${APT_SUITES:-}" '
			BEGIN { RS = ""; FS = "\n"; ORS = "\n\n" }
			{
				ours = 0
				text = ""
				for (i = 1; i <= NF; i++) {
					if (tolower($i) ~ /^suites:/) {
						k = split($i, w, /[ \t]+/)
						for (j = 2; j <= k; j++)
							if (w[j] ~ suites)
								ours = 1
						if (instead)
							$i = "Suites: " instead
					}
					if (tolower($i) ~ /^types:/)
						$i = "Types: deb deb-src"
					text = text (i > 1 ? "\n" : "") $i
				}
				if (ours)
					print text
			}' >"$APT/sources/$n.sources"
	done
	find "$APT/sources" -type f -empty -delete
	[ -n "$(ls "$APT/sources")" ] ||
		die "the machine's apt configuration has no entry for $codename"
}

lists_fresh()
{
	[ -n "$(find "$APT/lists-done" -mmin -1440 2>/dev/null)" ]
}

# Fetch the package lists unless they are there and less than a day old. One
# script at a time: several may be running.
apt_lists()
{
	lists_fresh || (
		mkdir -p "$APT/state/lists/partial" "$APT/cache/archives/partial"
		exec 7>"$APT/lock"
		flock 7
		! lists_fresh || exit 0
		step "fetching Debian's package lists"
		: >"$APT/state/status"
		apt_sources
		logged apt-update private_apt apt-get update -o APT::Update::Error-Mode=any
		touch "$APT/lists-done"
	)
}

# apt_set NAME PACKAGE...: download these packages and all they depend on.
apt_set()
{
	local set=$APT/sets/$1

	shift
	apt_lists
	mkdir -p "$set/partial"
	APT_ARCHIVES=$set private_apt apt-get install -y -d "$@"
}

# apt_only NAME PACKAGE...: download exactly these packages.
apt_only()
{
	local set=$APT/sets/$1

	shift
	apt_lists
	mkdir -p "$set"
	(cd "$set" && private_apt apt-get download "$@")
}

# unpack_set NAME DIR: unpack every package of a set into one tree that has
# the merged /usr layout.
unpack_set()
{
	local set=$APT/sets/$1 dir=$2 deb d

	for d in bin sbin lib lib64; do
		mkdir -p "$dir/usr/$d"
		[ -e "$dir/$d" ] || ln -s "usr/$d" "$dir/$d"
	done
	for deb in "$set"/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" |
			tar -x --keep-directory-symlink --no-same-owner -C "$dir"
	done
}
