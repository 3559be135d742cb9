"""A small service behind nginx: counts its visits and answers in JSON."""
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

visits = 0


class Visits(BaseHTTPRequestHandler):
    def do_GET(self):
        global visits
        visits += 1
        body = json.dumps({"visits": visits}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", 8000), Visits).serve_forever()
