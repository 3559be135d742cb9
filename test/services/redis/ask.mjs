// One command to Redis, as an operator types it.
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from '../support/resp.mjs';

const redis = new Redis();
try {
  process.stdout.write(`${JSON.stringify(await redis.ask(...process.argv.slice(2)))}\n`);
} catch (error) {
  process.stdout.write(`${error.message}\n`);
}
redis.close();
await sleep(200);
