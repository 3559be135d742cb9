// A shop as people write them: TLS, a cluster of workers, threads, a child that compresses, pages from files, an upstream.
const cluster = require('node:cluster');
const fs = require('node:fs');

if (cluster.isPrimary) {
  fs.mkdirSync('/data/cache', { recursive: true });
  for (let at = 0; at < 2; at++) cluster.fork();
  cluster.on('exit', () => cluster.fork());
  process.on('SIGHUP', () => {
    for (const worker of Object.values(cluster.workers)) worker.send('reload');
  });
  process.on('SIGTERM', () => {
    cluster.removeAllListeners('exit');
    for (const worker of Object.values(cluster.workers)) worker.kill();
    process.exit(0);
  });
} else require('./lib/server.cjs').start();
