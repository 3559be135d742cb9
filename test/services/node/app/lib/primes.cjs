const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');

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

if (isMainThread)
  exports.count = (limit) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(__filename, { workerData: limit });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
else parentPort.postMessage(sieve(workerData));
