#!/bin/sh
# What a cron job does, once; with a script that runs another, and a library that is preloaded.
set -eu
work=$(mktemp -d)
find /etc -type f | sed 's,/, ,g' | awk '{ print NF, $NF }' | sort -rn | head -50 >"$work/list"
gzip -c "$work/list" >"$work/list.gz"
tar -C "$work" -cf "$work/all.tar" list.gz
LD_PRELOAD=/usr/lib/x86_64-linux-gnu/libz.so.1 date >"$work/date"
/app/inner.sh
perl -MPOSIX -e 'print POSIX::floor(1.5), "\n"'
rm -rf "$work"
