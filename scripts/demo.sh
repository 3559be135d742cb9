#!/bin/sh
# make demo: see scripts/demo/main.ts.
set -eu
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."
if [ "$(id -u)" -ne 0 ]; then
	echo "demo: needs root: it runs containers and loads BPF programs" >&2
	exit 3
fi
exec node_modules/.bin/node --disable-warning=ExperimentalWarning scripts/demo/main.ts "$@"
