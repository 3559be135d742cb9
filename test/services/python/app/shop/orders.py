import json
import sqlite3


def opened():
    base = sqlite3.connect("/data/shop.db", timeout=20)
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, body TEXT)")
    return base


def add(body):
    with opened() as base:
        return base.execute("INSERT INTO orders (body) VALUES (?)", (json.dumps(body),)).lastrowid


def get(number):
    with opened() as base:
        return base.execute("SELECT body FROM orders WHERE id = ?", (number,)).fetchone()
