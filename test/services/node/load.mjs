// The test load that is recorded.
import { upstream } from '../support/upstream.mjs';
import { expect } from '../support/web.mjs';

const servers = [await upstream('10.77.0.5'), await upstream('10.77.1.6')];
const web = 'https://127.0.0.1:8443';
for (let turn = 0; turn < 12; turn++) {
  await expect(200, `${web}/page?name=index.html`);
  await expect(200, `${web}/cached?key=${turn}`);
  await expect(200, `${web}/price?item=${turn}`);
}
await expect(200, `${web}/page?name=about.html`);
await expect(200, `${web}/page?name=site.css`);
await expect(200, `${web}/primes?limit=100000`);
await expect(200, `${web}/render?x=y`);
await expect(200, `${web}/upload?name=photo-1.jpg`, { method: 'POST', body: 'x'.repeat(100_000) });
await expect(200, `${web}/upload?name=photo-2.jpg`, { method: 'POST', body: 'x' });
await expect(200, `${web}/archive`);
await expect(200, `${web}/time?locale=de&zone=Europe/Berlin`);
await expect(404, `${web}/nothing`);
for (const server of servers) server.close();
