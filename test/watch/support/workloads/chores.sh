#!/bin/sh
# What cron jobs do all day.
set -eu
while true; do
  work=$(mktemp -d)
  list=$(mktemp "$work/list.XXXXXX")
  find /usr/share/perl5 /etc -type f 2>/dev/null | sed 's,/, ,g' | awk '{ print NF, $NF }' | sort -rn | head -50 >"$list"
  gzip -c "$list" >"$work/list.gz"
  tar -C "$work" -cf "$work/all.tar" list.gz
  grep -c . "$list" >/dev/null
  date >>/tmp/chores.log
  cp /tmp/chores.log "$work/copy"
  wc -l "$work/copy" | cut -d ' ' -f 1 | tr -d '\n' >/tmp/chores.count
  rm -rf "$work"
  sleep 0.2
done
