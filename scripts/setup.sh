#!/bin/bash
# Sets up what the named sections need (see packages.txt): Debian packages, npm packages with Node 24, the sensor.
# Says first what it will install, does nothing twice, and names what it had to leave out and why.
#
#   scripts/setup.sh build run test
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

say() { printf 'setup: %s\n' "$*"; }
left_out() { printf 'setup: left out: %s\n' "$*" >&2; }
die() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# One at a time: two `make` runs must not install over each other.
exec 9<package.json
flock 9

missing_packages() {
	local package
	awk -v wanted=" $* " '$1 !~ /^#/ && index(wanted, " " $1 " ") { print $2 }' scripts/packages.txt | sort -u |
		while read -r package; do
			[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
		done
}

# Packages bring services (containerd, nginx, redis, auditd): none may start because a test needed its program.
install_packages() {
	local policy=/usr/sbin/policy-rc.d aside=
	if [ -e "$policy" ]; then
		aside=$(mktemp --dry-run "$policy.holdfast-XXXXXX")
		mv "$policy" "$aside"
	fi
	# shellcheck disable=SC2064 # the values of now are meant
	trap "rm -f '$policy'; [ -z '$aside' ] || mv '$aside' '$policy'" EXIT
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	export DEBIAN_FRONTEND=noninteractive
	local quiet=(-qq -o Dpkg::Use-Pty=0)
	apt-get "${quiet[@]}" update </dev/null >"$log" 2>&1 || say "apt-get update failed, going on with the lists there are"
	apt-get "${quiet[@]}" install --yes --no-install-recommends "$@" </dev/null >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		return 1
	}
	rm -f "$policy"
	[ -z "$aside" ] || mv "$aside" "$policy"
	trap - EXIT
	# Nor at the next boot: what was not here before is wanted for its program alone.
	dpkg -L "$@" | sed -n 's|^\(/usr\)\?/lib/systemd/system/\([^@/]*\.service\)$|\2|p' | sort -u |
		xargs --no-run-if-empty systemctl disable --quiet 2>/dev/null || true
}

node_major() { node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0; }

log=$(mktemp)
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
stamp=node_modules/.holdfast-lock
mapfile -t packages < <(missing_packages "$@")
[ "$(cat "$stamp" 2>/dev/null)" = "$lock" ] && [ -x node_modules/.bin/node ] && npm_needed= || npm_needed=yes

if [ "${#packages[@]}" -gt 0 ]; then
	if [ "$(id -u)" -ne 0 ]; then
		left_out "Debian packages (this is not root): apt-get install ${packages[*]}"
	elif ! command -v apt-get >/dev/null; then
		left_out "packages (no apt-get here): ${packages[*]}"
	else
		say "will install Debian packages: ${packages[*]}"
		install=yes
	fi
fi
[ -z "$npm_needed" ] || say "will install npm packages into node_modules (package-lock.json), Node 24 among them"

if [ "${install:-}" = yes ]; then
	install_packages "${packages[@]}" || die "apt-get failed; the end of its output stands above"
	say "Debian packages installed"
fi

if [ -n "$npm_needed" ]; then
	[ "$(node_major)" -ge 20 ] || die "needs node 20 or later and npm on the PATH (Node 24 itself comes through npm)"
	command -v npm >/dev/null || die "needs npm on the PATH"
	npm ci --ignore-scripts --no-progress --loglevel=error </dev/null
	echo "$lock" >"$stamp"
	say "npm packages installed, node $(node_modules/.bin/node --version)"
fi

case " $* " in
*" build "*)
	for tool in clang gcc bpftool llvm-strip; do
		command -v "$tool" >/dev/null || PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || without="${without:-}$tool "
	done
	if [ -n "${without:-}" ]; then
		left_out "the sensor (no ${without% }): images can be read, containers can't be watched"
	elif ! make --question -C sensor >/dev/null 2>&1; then
		say "building the sensor"
		PATH=$PATH:/usr/sbin make --no-print-directory -j2 -C sensor >"$log" 2>&1 </dev/null || {
			tail -n 40 "$log" >&2
			die "the sensor does not build; the end of its output stands above"
		}
	fi
	;;
esac
rm -f "$log"
