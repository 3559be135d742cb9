"""Loaded at the first report."""
import csv
import importlib
import io
import subprocess

from shop import orders


def make(kind):
    text = io.StringIO()
    with orders.opened() as base:
        csv.writer(text).writerows(base.execute("SELECT id, body FROM orders LIMIT 100"))
    if kind == "zip":
        return subprocess.run(["gzip", "-9c"], input=text.getvalue().encode(), capture_output=True, check=True).stdout
    if kind in ("statistics", "fractions", "xml.dom.minidom", "zipfile", "configparser"):
        importlib.import_module(kind)
    if kind == "html":
        from shop import pretty

        return pretty.table(text.getvalue())
    return text.getvalue()
