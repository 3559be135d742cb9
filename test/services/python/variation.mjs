// What visitors do that no test did.
import { formWith } from '../support/multipart.mjs';
import { upstream } from '../support/upstream.mjs';
import { ask, expect } from '../support/web.mjs';

const [seconds = '5', peers = '10.77.0.5,10.77.1.6', ...addresses] = process.argv.slice(2);
const servers = await Promise.all(peers.split(',').map((peer) => upstream(peer)));
const until = Date.now() + Number(seconds) * 1000;
const web = 'https://127.0.0.1:8443';
const json = { 'content-type': 'application/json' };
const zones = ['Asia/Kathmandu', 'America/Caracas', 'UTC', 'Antarctica/Troll', 'Africa/Abidjan'];
const kinds = ['csv', 'zip', 'html', 'statistics', 'fractions', 'xml.dom.minidom', 'zipfile', 'configparser'];
for (let turn = 0; Date.now() < until; turn++) {
  const from = addresses[turn % (addresses.length || 1)];
  await expect(200, `${web}/`, { from });
  await expect(200, `${web}/item/${turn}`, { from });
  for (let at = 0; at < 5; at++) {
    const body = JSON.stringify({ chair: turn, note: 'ü'.repeat(turn * 10) });
    const order = await expect(200, `${web}/orders`, { method: 'POST', headers: json, body, from });
    await expect(200, `${web}/orders/${JSON.parse(order.body).id}`, { from });
  }
  await expect(200, `${web}/price/${turn}`, { from });
  await expect(200, `${web}/upload`, { ...formWith(`image-${turn}-${Date.now()}.png`, 'x'.repeat(turn * 70_000)), from });
  await expect(200, `${web}/upload`, { ...formWith(`Bericht Nr. ${turn} (Kopie).docx`, 'x'), from });
  for (const file of ['a.css', 'b.css', 'c.js', 'd.js', 'e.png']) await expect(200, `${web}/static/${file}`, { from });
  for (const kind of kinds) await expect(200, `${web}/report/${kind}`, { from });
  await expect(200, `${web}/time/${zones[turn % zones.length]}`, { from });
  await ask(`${web}/item/x`, { from });
  await ask(`${web}/static/../main.py`, { from });
  await ask(`${web}/time/No/Where`, { from });
}
for (const server of servers) server.close();
