#!/bin/sh
# Makes dist/ for `npm pack`: JavaScript (Node refuses to strip types under node_modules) and what the code reads beside it.
# The sensor goes in where it was built; without it images can be read, containers can't be watched.
set -eu
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."
rm -rf dist
node_modules/.bin/tsc -p tsconfig.build.json
(cd src && find . -type f ! -name '*.ts' -exec cp --parents -t ../dist {} +)
chmod 755 dist/cli/main.js
[ -x sensor/build/holdfast-sensor ] || echo "pack: the sensor is not built (make setup), the package comes without it" >&2
