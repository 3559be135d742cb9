// What visitors do that no test did.
import { upstream } from '../support/upstream.mjs';
import { ask, expect } from '../support/web.mjs';

const [seconds = '5', ...addresses] = process.argv.slice(2);
const servers = [await upstream('10.77.0.5'), await upstream('10.77.1.6')];
const until = Date.now() + Number(seconds) * 1000;
const web = 'https://127.0.0.1:8443';
for (let turn = 0; Date.now() < until; turn++) {
  const from = addresses[turn % (addresses.length || 1)];
  for (const page of ['index.html', 'about.html', 'contact.html', 'site.css', 'site.js'])
    await expect(200, `${web}/page?name=${page}`, { from });
  for (let at = 0; at < 10; at++) await expect(200, `${web}/cached?key=${turn}-${at}`, { from });
  await expect(200, `${web}/price?item=${turn}`, { from });
  await expect(200, `${web}/primes?limit=${turn * 1000 + 10}`, { from });
  await expect(200, `${web}/render?x=%3Cscript%3E${turn}`, { from });
  await expect(200, `${web}/upload?name=photo-${turn}-${Date.now()}.jpg`, { method: 'POST', body: 'x'.repeat(turn), from });
  await expect(200, `${web}/archive`, { from });
  await expect(200, `${web}/time?locale=ja&zone=Asia/Kathmandu`, { from });
  await ask(`${web}/page?name=../main.cjs`, { from });
}
for (const server of servers) server.close();
