"""Brings in extension modules, their libraries, a child process of its own and a program."""
import asyncio
import bz2
import ctypes
import decimal
import email.message
import json
import lzma
import multiprocessing
import sqlite3
import ssl
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree
import zoneinfo

import sevenths


def child(connection) -> None:
    import fractions

    connection.send(fractions.Fraction(1, 7))


assert ssl.create_default_context() and ctypes.CDLL(None).getpid() and decimal.Decimal(1)
sqlite3.connect(":memory:").execute("SELECT 1")
subprocess.run(["/usr/bin/env", "sh", "-c", "sort /etc/passwd | wc -l"], check=True)
here, there = multiprocessing.Pipe()
process = multiprocessing.get_context("fork").Process(target=child, args=(there,))
process.start()
assert here.recv() == sevenths.seventh()
process.join()
sys.exit(0)
