// What clients do that no test did: other commands, publish and subscribe, expiry, many rewrites and snapshots.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from '../support/resp.mjs';

const [seconds = '5', ...addresses] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1000;
const settled = async (redis) => {
  while (/(rdb_bgsave_in_progress|aof_rewrite_in_progress|aof_rewrite_scheduled):1/.test(await redis.ask('INFO', 'persistence')))
    await sleep(20);
};
for (let turn = 0; Date.now() < until; turn++) {
  const redis = new Redis(6379, '127.0.0.1', addresses[turn % (addresses.length || 1)]);
  const other = new Redis();
  const subscribed = new Redis();
  await subscribed.ask('SUBSCRIBE', 'news');
  await redis.ask('CLIENT', 'SETNAME', `visitor-${turn}`);
  await redis.ask('SELECT', turn % 9);
  for (let at = 0; at < 300; at++) await redis.ask('SET', `key:${turn}:${at}`, 'v'.repeat(at * 10), 'EX', 1 + (at % 100));
  await redis.ask('SADD', 'set', turn, turn + 1);
  await redis.ask('PFADD', 'unique', turn);
  await redis.ask('SETBIT', 'bits', turn, 1);
  await redis.ask('GEOADD', 'places', 13.36, 38.11, `p${turn}`);
  await redis.ask('MULTI');
  await redis.ask('INCR', 'count');
  await redis.ask('EXPIRE', 'count', 100);
  await redis.ask('EXEC');
  await redis.ask('EVAL', 'for i=1,100 do redis.call("INCR", "s"..i) end return cjson.encode({1,2,struct.pack("i", 4)})', 0);
  await redis.ask('FUNCTION', 'LOAD', 'REPLACE', `#!lua name=lib${turn}\nredis.register_function('f${turn}', function() return 1 end)`);
  await other.ask('PUBLISH', 'news', 'x');
  await redis.ask('SCAN', 0, 'COUNT', 100);
  await redis.ask('SORT', 'set', 'DESC', 'LIMIT', 0, 5);
  await redis.ask('SLOWLOG', 'GET');
  await redis.ask('MEMORY', 'DOCTOR');
  await redis.ask('LATENCY', 'DOCTOR');
  await redis.ask('OBJECT', 'ENCODING', 'set');
  await redis.ask('DEBUG', 'SLEEP', '0.01');
  await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  await redis.ask('BGREWRITEAOF');
  await settled(redis);
  await redis.ask(turn % 2 === 0 ? 'BGSAVE' : 'SAVE');
  await settled(redis);
  if (turn % 3 === 2) await redis.ask('FLUSHALL', 'ASYNC');
  for (const one of [redis, other, subscribed]) one.close();
}
