const { execFile, fork } = require('node:child_process');

exports.make = () =>
  new Promise((resolve, reject) => {
    const child = execFile('gzip', ['-c'], { encoding: 'buffer' }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    child.stdin.end('x'.repeat(10_000));
    fork(`${__dirname}/count.cjs`);
  });
