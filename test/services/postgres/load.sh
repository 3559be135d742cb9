#!/bin/sh
# The test load that is recorded: a schema, rows, an index, a sort that spills, a checkpoint.
set -eu
export PGHOST=127.0.0.1 PGUSER=postgres PGDATABASE=postgres
until pg_isready -q; do sleep 0.2; done
psql -qAt -v ON_ERROR_STOP=1 <<'SQL' >/dev/null
CREATE DATABASE shop;
\c shop
CREATE TABLE orders (id serial PRIMARY KEY, at timestamptz DEFAULT now(), who text, total numeric);
INSERT INTO orders (who, total) SELECT md5(i::text), i FROM generate_series(1, 20000) i;
CREATE INDEX ON orders (who);
SET work_mem = '64kB';
SELECT count(*) FROM (SELECT who FROM orders ORDER BY who DESC) s;
UPDATE orders SET total = total + 1 WHERE id % 3 = 0;
DELETE FROM orders WHERE id % 7 = 0;
VACUUM ANALYZE orders;
CHECKPOINT;
SQL
psql -qAt 'sslmode=require dbname=shop' -c 'SELECT count(*) FROM orders' >/dev/null
