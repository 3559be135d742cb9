// A service that keeps V8's compiler, worker threads and forked children busy.
const { fork } = require('node:child_process');
const { createHash } = require('node:crypto');
const { createServer } = require('node:http');
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { gzipSync } = require('node:zlib');

function sieve(limit) {
  const composite = new Uint8Array(limit);
  let primes = 0;
  for (let n = 2; n < limit; n++) {
    if (composite[n]) continue;
    primes++;
    for (let m = n * n; m < limit; m += n) composite[m] = 1;
  }
  return primes;
}

if (!isMainThread) parentPort.postMessage(sieve(20_000));
else if (process.send !== undefined) {
  process.send(sieve(20_000));
  process.disconnect();
} else {
  let visits = 0;
  createServer((_request, response) => {
    visits++;
    const answer = { visits, digest: createHash('sha256').update(String(visits)).digest('hex'), primes: sieve(20_000) };
    if (visits % 20 === 0) new Worker(__filename).unref();
    if (visits % 100 === 0) fork(__filename);
    response.end(gzipSync(JSON.stringify(answer)));
  }).listen(8000, '127.0.0.1');
}
