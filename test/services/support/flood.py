"""A neighbour that does as much as it can of what is new: files, connections, programs. Until it is killed."""
import itertools
import os
import socket
import threading


def files():
    for at in itertools.count():
        os.makedirs(f"/tmp/d{at % 500}", exist_ok=True)
        with open(f"/tmp/d{at % 500}/f{at}", "w") as one:
            one.write("x")
        open(f"/tmp/d{at % 500}/f{at}").close()
        if at % 20_000 > 19_000:
            os.unlink(f"/tmp/d{at % 500}/f{at}")


def connections():
    for at in itertools.count():
        one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            one.connect((f"10.{at >> 16 & 255}.{at >> 8 & 255}.{at & 255}", 1 + at % 65_000))
        except OSError:
            pass
        one.close()


def programs():
    for at in itertools.count():
        os.waitpid(os.posix_spawn("/bin/true", ["true", str(at)], {}), 0)


for work in (files, connections, programs, programs):
    threading.Thread(target=work).start()
