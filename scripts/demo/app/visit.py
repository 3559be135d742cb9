"""Visits the service through nginx as often as it is told."""
import sys
import urllib.request

for _ in range(int(sys.argv[1])):
    answer = urllib.request.urlopen("http://127.0.0.1:8080/", timeout=5).read()
print(answer.decode())
