"""Visits an address again and again, for so many seconds; the last answer must be good."""
import sys
import time
import urllib.request

end = time.monotonic() + float(sys.argv[2])
count = 0
while time.monotonic() < end:
    with urllib.request.urlopen(sys.argv[1], timeout=30) as answer:
        assert answer.status == 200
        assert answer.read()
    count += 1
    time.sleep(0.005)
print(count)
