"""A service that uses much of Python: extension modules, threads, child processes, byte code compiled at first use."""
import asyncio
import bz2
import concurrent.futures
import csv
import ctypes
import decimal
import email.message
import hashlib
import html
import http.server
import importlib
import json
import logging
import lzma
import multiprocessing
import os
import pickle
import random
import re
import sqlite3
import ssl
import statistics
import subprocess
import tempfile
import threading
import unicodedata
import uuid
import xml.etree.ElementTree
import zipfile
import zlib
import zoneinfo

import counting

late = ["configparser", "difflib", "fractions", "gettext", "ipaddress", "mimetypes", "tomllib", "wave"]


def work() -> dict:
    text = json.dumps({"id": str(uuid.uuid4()), "numbers": [random.random() for _ in range(100)]})
    packed = zlib.compress(bz2.compress(lzma.compress(text.encode())))
    with tempfile.TemporaryFile() as file:
        pickle.dump(text, file)
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE t (x)")
    base.execute("INSERT INTO t VALUES (?)", (packed,))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"digest": digest, "visits": counting.count(), "pid": ctypes.CDLL(None).getpid()}


def child(connection) -> None:
    connection.send(decimal.Decimal(1) / 7)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = work()
        if answer["visits"] % 200 == 0:
            subprocess.run(["/usr/bin/env", "true"], check=True)
            here, there = multiprocessing.Pipe()
            process = multiprocessing.get_context("fork").Process(target=child, args=(there,))
            process.start()
            here.recv()
            process.join()
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


for name in late:
    importlib.import_module(name)
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), Handler).serve_forever()
