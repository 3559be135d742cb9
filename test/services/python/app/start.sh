#!/bin/sh
set -eu
mkdir -p /data/uploads
cd /app
exec gunicorn --bind 0.0.0.0:8443 --certfile /tls/tls.crt --keyfile /tls/tls.key --workers 2 --max-requests 40 --access-logfile /data/access.log main:app
