// The test load that is recorded: a person's idea of what the site should answer.
import assert from 'node:assert/strict';
import { expect } from '../support/web.mjs';
import { application } from './application.mjs';

const server = await application();
const web = 'http://127.0.0.1:8080';
const tls = 'https://127.0.0.1:8443';
for (const page of ['/', '/about.html', '/docs/', '/assets/site.css', '/assets/app.js', '/img/logo.svg', '/robots.txt'])
  await expect(200, `${web}${page}`);
await expect(200, `${tls}/`);
await expect(404, `${web}/nothing`);
await expect(200, `${web}/api/list?length=2000`);
await expect(200, `${web}/api/list?length=2000`);
await expect(200, `${web}/post/order`, { method: 'POST', body: 'x'.repeat(100_000) });
await expect(401, `${web}/private/`);
const signedIn = { authorization: `Basic ${Buffer.from('alice:secret').toString('base64')}` };
await expect(200, `${web}/private/`, { headers: signedIn });
await expect(201, `${web}/files/report-${process.pid}.pdf`, { method: 'PUT', body: 'x'.repeat(50_000) });
assert.equal((await expect(200, `${web}/files/report-${process.pid}.pdf`)).body.length, 50_000);
await expect(201, `${web}/files/photos/holiday-${process.pid}.jpg`, { method: 'PUT', body: 'x' });
await expect(200, `${web}/status`);
server.close();
server.closeAllConnections();
