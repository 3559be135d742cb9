#!/bin/bash
# As images of PostgreSQL do: a new cluster where there is none, then the server in the shell's place.
set -eu
bin=/usr/lib/postgresql/15/bin
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  pwfile=$(mktemp)
  echo "${POSTGRES_PASSWORD:-secret}" >"$pwfile"
  "$bin/initdb" --username=postgres --pwfile="$pwfile" --auth-host=trust --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
  rm "$pwfile"
  echo "host all all all trust" >>"$PGDATA/pg_hba.conf"
fi
exec "$bin/postgres" "$@"
