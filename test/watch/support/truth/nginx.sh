#!/bin/sh
# A web server's life in a second: starts, answers, reloads, answers, opens its log anew, ends.
set -eu
mkdir -p /var/log/nginx
nginx -g 'daemon off;' &
until test -s /run/nginx.pid; do sleep 0.1; done
python3 /app/visit.py http://127.0.0.1/ 0.5
nginx -s reload
sleep 0.5
python3 /app/visit.py http://127.0.0.1/ 0.5
mv /var/log/nginx/access.log /var/log/nginx/access.log.1
nginx -s reopen
sleep 0.5
nginx -s quit
wait
