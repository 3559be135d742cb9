// What visitors do that no test did: every page, other clients, both protocols, uploads of other names and sizes.
import { expect, ask } from '../support/web.mjs';
import { application } from './application.mjs';

const [seconds = '5', ...addresses] = process.argv.slice(2);
const server = await application();
const until = Date.now() + Number(seconds) * 1000;
const pages = ['/', '/index.html', '/about.html', '/contact.html', '/docs/', '/docs/install/', '/docs/usage/', '/docs/faq/', '/docs/changes/', '/assets/site.css', '/assets/print.css', '/assets/app.js', '/assets/vendor.js', '/assets/chart.js', '/assets/app.js.map', '/assets/text.woff2', '/img/logo.svg', '/img/dot.gif', '/robots.txt', '/favicon.ico', '/sitemap.xml'];
const begun = Date.now();
let turn = 0;
while (Date.now() < until) {
  turn++;
  const from = addresses[turn % (addresses.length || 1)] ?? '127.0.0.1';
  const web = turn % 2 === 0 ? 'http://127.0.0.1:8080' : 'https://127.0.0.1:8443';
  for (const page of pages) await expect(200, `${web}${page}`, { from });
  await expect(404, `${web}/wp-login.php?turn=${turn}`, { from });
  const { etag } = (await expect(200, `${web}/assets/site.css`, { from })).headers;
  await expect(304, `${web}/assets/site.css`, { from, headers: { 'if-none-match': etag } });
  await expect(206, `${web}/assets/app.js`, { from, headers: { range: 'bytes=0-3' } });
  await expect(200, `${web}/docs/`, { method: 'HEAD', from });
  await expect(200, `${web}/api/item/${turn}?length=${turn * 977}`, { from });
  await expect(200, `${web}/post/big?length=400000`, { method: 'POST', body: 'y'.repeat(20_000 + turn * 3001), from });
  await expect(201, `${web}/files/${turn % 7}/upload-${turn}-${begun}.bin`, { method: 'PUT', body: 'z'.repeat(turn * 1999), from });
  await expect(200, `${web}/files/${turn % 7}/upload-${turn}-${begun}.bin`, { from });
  if (turn % 3 === 0) await expect(204, `${web}/files/${turn % 7}/upload-${turn}-${begun}.bin`, { method: 'DELETE', from });
  await ask(`${web}/private/faq/`, { from, headers: { authorization: `Basic ${Buffer.from('alice:wrong').toString('base64')}` } });
  await ask(`${web}/../../etc/passwd`, { from });
}
server.close();
server.closeAllConnections();
