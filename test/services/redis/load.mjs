// The test load that is recorded: types of data, a script, one snapshot, one rewrite.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from '../support/resp.mjs';

const redis = new Redis();
await redis.ask('SET', 'one', '1');
assert.equal(await redis.ask('GET', 'one'), '1');
for (let at = 0; at < 2000; at++) await redis.ask('HSET', `h${at % 50}`, `f${at}`, 'x'.repeat(50));
await redis.ask('LPUSH', 'list', 'a', 'b', 'c');
assert.deepEqual(await redis.ask('LRANGE', 'list', 0, 1), ['c', 'b']);
await redis.ask('ZADD', 'sorted', 1, 'a', 2, 'b');
await redis.ask('XADD', 'stream', '*', 'k', 'v');
assert.equal(await redis.ask('EVAL', 'return redis.call("GET", KEYS[1])', 1, 'one'), '1');
await redis.ask('BGSAVE');
while (/rdb_bgsave_in_progress:1/.test(await redis.ask('INFO', 'persistence'))) await sleep(50);
await redis.ask('BGREWRITEAOF');
while (/aof_rewrite_(in_progress|scheduled):1/.test(await redis.ask('INFO', 'persistence'))) await sleep(50);
redis.close();
