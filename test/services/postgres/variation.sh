#!/bin/sh
# What applications and administrators do that no test did.
set -eu
export PGHOST=127.0.0.1 PGUSER=postgres PGDATABASE=shop PGPASSWORD=secret
name=${1:-a}
until pg_isready -q; do sleep 0.2; done
psql -qAt -v ON_ERROR_STOP=1 <<SQL >/dev/null
CREATE TABLE IF NOT EXISTS v_$name (id bigserial PRIMARY KEY, body jsonb, words tsvector, at timestamptz DEFAULT now());
INSERT INTO v_$name (body, words) SELECT jsonb_build_object('n', i, 't', repeat('lorem ipsum ', 300)), to_tsvector('german', 'Die Hunde und Katzen ' || i) FROM generate_series(1, 3000) i;
CREATE INDEX v_${name}_gin ON v_$name USING gin (words);
CREATE INDEX v_${name}_body ON v_$name USING gin (body jsonb_path_ops);
SET work_mem = '64kB';
SELECT count(*) FROM (SELECT a.id FROM v_$name a JOIN v_$name b ON a.id = b.id ORDER BY a.body::text) s;
SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
SELECT count(*), max(who) FROM orders;
SET TIME ZONE 'Pacific/Chatham'; SELECT now();
SET TIME ZONE 'America/Argentina/Ushuaia'; SELECT '2027-03-28 01:30:00'::timestamptz AT TIME ZONE 'Europe/Dublin';
SELECT to_tsvector('simple', 'a b'), to_tsvector('french', 'les chevaux'), to_tsvector('russian', 'слова');
SELECT convert_to('ä', 'LATIN1'), convert('x', 'UTF8', 'EUC_JP'), convert_to('ж', 'KOI8R');
CREATE COLLATION IF NOT EXISTS c_$name (provider = icu, locale = 'de-u-co-phonebk');
SELECT who FROM orders ORDER BY who COLLATE c_$name LIMIT 1;
BEGIN; INSERT INTO orders (who) VALUES ('two'); PREPARE TRANSACTION 'tx_$name'; COMMIT PREPARED 'tx_$name';
SELECT lo_create(0);
SELECT lo_from_bytea(0, repeat('x', 10000)::bytea);
LISTEN news; NOTIFY news, 'x';
CREATE MATERIALIZED VIEW m_$name AS SELECT count(*) FROM orders; REFRESH MATERIALIZED VIEW m_$name;
CREATE OR REPLACE FUNCTION f_$name() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; SELECT f_$name();
SQL
true
psql -qAt -v ON_ERROR_STOP=1 <<SQL >/dev/null
SELECT pg_switch_wal(); CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT;
VACUUM FULL orders; REINDEX TABLE orders; CLUSTER orders USING orders_pkey; ANALYZE;
CREATE EXTENSION IF NOT EXISTS pgcrypto; SELECT digest('x', 'sha256');
CREATE EXTENSION IF NOT EXISTS hstore; CREATE EXTENSION IF NOT EXISTS pg_trgm; SELECT similarity('a', 'b');
CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
SELECT pg_create_logical_replication_slot('s_$name', 'test_decoding'); SELECT count(*) FROM pg_logical_slot_get_changes('s_$name', NULL, NULL); SELECT pg_drop_replication_slot('s_$name');
SELECT * FROM pg_stat_activity; SELECT * FROM pg_timezone_names LIMIT 5; SELECT count(*) FROM pg_timezone_names;
CREATE DATABASE d_$name TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';
CREATE ROLE r_$name LOGIN PASSWORD 'x'; GRANT ALL ON orders TO r_$name;
ALTER SYSTEM SET work_mem = '1MB'; SELECT pg_reload_conf(); SELECT pg_rotate_logfile();
CREATE TEMP TABLE t AS SELECT generate_series(1, 50000) g; SELECT count(*) FROM t;
CREATE UNLOGGED TABLE IF NOT EXISTS u_$name AS SELECT * FROM orders;
SQL
pg_dump -Fc shop >/dev/null
psql -qAt -d "d_$name" -c 'CREATE TABLE accounts AS SELECT i AS id, 0 AS balance FROM generate_series(1, 10000) i'
until=$(($(date +%s) + ${2:-3}))
for client in 1 2 3 4; do
  while [ "$(date +%s)" -lt "$until" ]; do
    echo "BEGIN; UPDATE accounts SET balance = balance + 1 WHERE id = $client; SELECT sum(balance) FROM accounts; COMMIT;"
  done | psql -qAt -d "d_$name" >/dev/null &
done
wait
psql -qAt 'sslmode=require' -c 'SELECT 1' >/dev/null
