"""A shop as people write them: pages from templates, rows in SQLite, an upstream, uploads, reports, a log that rotates."""
import logging.handlers
import os
import tempfile

from flask import Flask, render_template, request

from shop import catalogue, orders

app = Flask(__name__)
log = logging.getLogger("shop")
log.setLevel(logging.INFO)
log.addHandler(logging.handlers.RotatingFileHandler("/data/shop.log", maxBytes=20_000, backupCount=3))


@app.get("/")
def index():
    log.info("index for %s", request.remote_addr)
    return render_template("index.html", items=catalogue.items())


@app.get("/item/<int:number>")
def item(number):
    return render_template("item.html", item=catalogue.item(number))


@app.post("/orders")
def order():
    log.info("order")
    return {"id": orders.add(request.get_json())}


@app.get("/orders/<int:number>")
def shown(number):
    return render_template("order.html", order=orders.get(number))


@app.get("/price/<int:number>")
def price(number):
    import requests

    upstream = os.environ["UPSTREAM"].split(",")[number % 2]
    return {"price": len(requests.get(f"http://{upstream}:9000/price?length={number}", timeout=20).text)}


@app.post("/upload")
def upload():
    given = request.files["file"]
    with tempfile.NamedTemporaryFile(suffix=".upload", delete=False) as kept:
        given.save(kept)
    size = os.stat(kept.name).st_size
    os.rename(kept.name, f"/data/uploads/{os.path.basename(given.filename)}")
    return {"size": size}


@app.get("/report/<kind>")
def report(kind):
    from shop import reports

    return reports.make(kind)


@app.get("/time/<path:zone>")
def time(zone):
    import datetime
    import zoneinfo

    return datetime.datetime.now(zoneinfo.ZoneInfo(zone)).isoformat()


@app.post("/console")
def console():
    """Left over from debugging: the hole that attacks come through."""
    scope = {}
    exec(request.get_data(as_text=True), scope)  # noqa: S102
    return str(scope.get("result"))
