// The test load that is recorded.
import assert from 'node:assert/strict';
import { formWith } from '../support/multipart.mjs';
import { upstream } from '../support/upstream.mjs';
import { expect } from '../support/web.mjs';

const servers = [await upstream('10.77.0.5'), await upstream('10.77.1.6')];
const web = 'https://127.0.0.1:8443';
const json = { 'content-type': 'application/json' };
for (let turn = 0; turn < 15; turn++) {
  await expect(200, `${web}/`);
  await expect(200, `${web}/item/${turn}`);
  const order = await expect(200, `${web}/orders`, { method: 'POST', headers: json, body: '{"lamp":1}' });
  await expect(200, `${web}/orders/${JSON.parse(order.body).id}`);
  await expect(200, `${web}/price/${turn}`);
}
const { body } = await expect(200, `${web}/upload`, formWith('photo.jpg', 'x'.repeat(3000)));
assert.equal(JSON.parse(body).size, 3000);
await expect(200, `${web}/upload`, formWith('big.jpg', 'x'.repeat(900_000)));
await expect(200, `${web}/static/a.css`);
await expect(200, `${web}/report/csv`);
await expect(200, `${web}/report/zip`);
await expect(200, `${web}/time/Europe/Berlin`);
await expect(404, `${web}/nothing`);
for (const server of servers) server.close();
