// Visits an address again and again, for so many seconds.
const { get } = require('node:http');

const end = Date.now() + Number(process.argv[3]) * 1000;

function visit() {
  if (Date.now() > end) return;
  get(process.argv[2], (answer) => {
    if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
    answer.resume().on('end', () => setTimeout(visit, 10));
  });
}

visit();
