"""Visits the shop through nginx: `visit.py COUNT`, or `visit.py` with something to send on stdin."""
import sys
import urllib.request

address = "http://127.0.0.1:8080/"
if len(sys.argv) == 1:
    answer = urllib.request.urlopen(address, data=sys.stdin.buffer.read(), timeout=15).read()
else:
    for _ in range(int(sys.argv[1])):
        answer = urllib.request.urlopen(address, timeout=5).read()
print(answer.decode())
