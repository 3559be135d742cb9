const http = require('node:http');

exports.ask = (item) =>
  new Promise((resolve, reject) => {
    const upstreams = process.env.UPSTREAM.split(',');
    const asked = http.get(`http://${upstreams[item % upstreams.length]}:9000/?length=${item}`, { agent: false });
    asked.on('response', (response) => {
      let length = 0;
      response.on('data', (part) => {
        length += part.length;
      });
      response.on('end', () => resolve(String(length)));
    });
    asked.on('error', reject);
  });
