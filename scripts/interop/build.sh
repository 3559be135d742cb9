#!/bin/bash
# Builds the tools that Holdfast is checked against, from the Go module proxy, once, into the cache:
# $XDG_CACHE_HOME/holdfast/tools/bin/TOOL. A tool that is there in the pinned version is left as it is.
#
#   scripts/interop/build.sh [cosign|oras|crane|regctl|registry]…     (all without arguments)
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")"

declare -A from=(
	[cosign]=github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
	[oras]=oras.land/oras/cmd/oras@v1.3.6
	[crane]=github.com/google/go-containerregistry/cmd/crane@v0.22.1
	[regctl]=github.com/regclient/regclient/cmd/regctl@v0.11.7
)

bin=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast/tools/bin
mkdir -p "$bin"
export GOBIN=$bin CGO_ENABLED=0 GOFLAGS=-trimpath

die() {
	printf 'interop: %s\n' "$*" >&2
	exit 1
}

# One builder at a time: Go fills both cores by itself.
exec 9>"$bin/.lock"
flock 9

# What a tool was built from stands beside it: a changed pin builds it anew.
build() {
	local tool=$1 source=$2
	shift 2
	[ -x "$bin/$tool" ] && [ "$(cat "$bin/.$tool" 2>/dev/null)" = "$source" ] && return
	command -v go >/dev/null || die "no go on the PATH: $tool can not be built"
	printf 'interop: building %s\n' "$tool"
	"$@"
	echo "$source" >"$bin/.$tool"
}

build_registry() {
	(cd registry && go build -o "$bin/registry" .)
}

[ $# -gt 0 ] || set -- cosign oras crane regctl registry
for tool; do
	case $tool in
	cosign | oras | crane | regctl)
		build "$tool" "${from[$tool]}" go install -ldflags=-s "${from[$tool]}"
		;;
	registry) build registry "$(cat registry/* | sha256sum)" build_registry ;;
	*) die "no such tool: $tool" ;;
	esac
done
