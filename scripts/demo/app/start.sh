#!/bin/sh
# The demo's workload: nginx in front of a small Python service.
python3 /app/service.py &
exec nginx -c /app/nginx.conf
