import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoImage } from '../../scripts/demo/image.ts';
import type { CloudEvent } from '../../src/notify/index.ts';
import { Watching } from '../watch/watching.ts';

const image = 'test.local/demo:latest';
const dropped = 'cp /usr/bin/sleep /tmp/x && printf mined >> /tmp/x && /tmp/x 0.1; /tmp/x 0.2';

test('an intrusion is told to a server and to a command within a second of its finding', async (context) => {
  const events: CloudEvent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      events.push(JSON.parse(Buffer.concat(chunks).toString('utf8')) as CloudEvent);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  await using watching = await Watching.open(await demoImage(context.signal, () => undefined), image);
  const got = join(watching.scratch, 'got');
  const script = join(watching.scratch, 'page.sh');
  writeFileSync(script, `#!/bin/sh\ncat >> ${got}\n`, { mode: 0o755 });
  const url = `http://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=hidden`;
  await watching.start({}, ['--notify', url, '--notify', `exec:${script}`]);

  const running = watching.containerd.run({ image, id: 'dropped', args: ['sh', '-c', dropped] });
  await watching.until(() => watching.of('finding', 'dropped').length > 0, 'the finding');
  const late = performance.now() + 1000;
  const found = (): CloudEvent | undefined => events.find(({ type }) => type === 'dev.holdfast.finding');
  while (found() === undefined) {
    assert.ok(performance.now() < late, 'the event did not come within a second of the finding');
    await sleep(5);
  }
  await running;
  await watching.ended('dropped');
  assert.equal(await watching.stop(), 1);

  const [line] = watching.of('finding', 'dropped');
  const event = found();
  assert.deepEqual(event?.data, line);
  assert.match(event?.source ?? '', /^urn:holdfast:host:[0-9a-f]{32}:[0-9a-f-]{36}$/);
  const host = event?.source.replace('urn:holdfast:host:', '');
  assert.equal(event?.subject, `${host}/${watching.containerd.namespace}/dropped`);
  const words = events.flatMap(({ data }) => (data.type === 'verdict' ? [data.word] : []));
  assert.ok(words.includes('drifted'), JSON.stringify(words));
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length, 'no event twice');
  const piped = readFileSync(got, 'utf8').trimEnd().split('\n');
  assert.deepEqual(piped.map((text) => (JSON.parse(text) as CloudEvent).id).sort(), events.map(({ id }) => id).sort());
  assert.deepEqual(
    watching.of('notice').filter(({ code }) => String(code).startsWith('notify')),
    [],
  );
  assert.doesNotMatch(JSON.stringify(watching.lines.filter(({ type }) => type === 'notice')), /secret|hidden/);
});
