import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../../src/errors/index.ts';
import { type CloudEvent, openNotifier, openSink } from '../../src/notify/index.ts';
import { finding, host } from './events.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (response: ServerResponse, count: number, url: string) => void;

/** A real server that answers as it is told, and what it got. */
async function serving(
  context: TestContext,
  answer: Answer,
): Promise<{ readonly origin: string; readonly received: readonly Received[]; readonly close: () => Promise<void> }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      received.push({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') });
      answer(response, received.length, url);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  context.after(close);
  return { close, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const forever = new AbortController().signal;
const ok: Answer = (response) => response.writeHead(204).end();

async function until(holds: () => boolean, milliseconds = 8000): Promise<void> {
  const late = Date.now() + milliseconds;
  while (!holds()) {
    assert.ok(Date.now() < late, 'it did not come');
    await sleep(10);
  }
}

test('an event is posted in structured mode, credentials apart from the address', async (context) => {
  const { origin, received } = await serving(context, ok);
  const notices: string[] = [];
  const address = `${origin.replace('http://', 'http://me:se%3Acret@')}/hook?token=hidden`;
  const sink = openSink(address, 'holdfast/0.1.0');
  assert.equal(sink.name, origin);
  const notifier = openNotifier({ sinks: [sink], host, notice: (_, message) => notices.push(message) });
  const told = finding('/tmp/x');
  notifier.tell(told);
  notifier.tell(told);
  await until(() => received.length > 0, 1000);
  await notifier.end();
  assert.equal(received.length, 1, 'the repeat is not sent');
  const [request] = received;
  assert.equal(`${request?.method} ${request?.url}`, 'POST /hook?token=hidden');
  assert.equal(request?.headers['content-type'], 'application/cloudevents+json; charset=utf-8');
  assert.equal(request?.headers.authorization, `Basic ${Buffer.from('me:se:cret').toString('base64')}`);
  assert.equal(request?.headers['user-agent'], 'holdfast/0.1.0');
  const event = JSON.parse(request?.body ?? '') as CloudEvent;
  assert.deepEqual([event.specversion, event.type, event.data], ['1.0', 'dev.holdfast.finding', told]);
  assert.deepEqual(notices, []);
});

test('a server that fails first, resets, and is throttled gets each event in the end, once', async (context) => {
  const { origin, received } = await serving(context, (response, count) => {
    if (count === 1) response.writeHead(503).end('x'.repeat(1 << 20));
    else if (count === 2) response.destroy();
    else if (count === 3) response.writeHead(429, { 'retry-after': '1' }).end();
    else response.writeHead(200).end();
  });
  const notices: string[] = [];
  const notifier = openNotifier({
    sinks: [openSink(`${origin}/?key=hidden`, 'x')],
    host,
    notice: (code, message) => notices.push(`${code} ${message}`),
  });
  const begun = Date.now();
  notifier.tell(finding('/tmp/x'));
  await until(() => received.length === 4);
  assert.ok(Date.now() - begun >= 1000, 'it waited as it was told');
  await notifier.end();
  assert.equal(new Set(received.map(({ body }) => body)).size, 1);
  assert.deepEqual(
    notices.map((text) => text.split(' ', 1)[0]),
    ['notify-failing', 'notify-back'],
  );
  for (const text of notices) assert.doesNotMatch(text, /hidden|key=/);
});

test('410 is given up at once; a redirect to another origin is not followed, one to the same is', async (context) => {
  const other = await serving(context, ok);
  const { origin, received } = await serving(context, (response, _, url) => {
    if (url === '/gone') response.writeHead(410).end();
    else if (url === '/moved') response.writeHead(308, { location: '/here' }).end();
    else if (url === '/away') response.writeHead(307, { location: `${other.origin}/there?x=hidden` }).end();
    else if (url === '/round') response.writeHead(307, { location: '/round' }).end();
    else if (url === '/get') response.writeHead(303, { location: '/here' }).end();
    else response.writeHead(202).end();
  });
  const send = async (path: string) => await openSink(`${origin}${path}`, 'x').send('{}', forever);
  assert.deepEqual(await send('/gone'), { kind: 'never', why: 'it answered 410' });
  assert.deepEqual(await send('/moved'), { kind: 'done' });
  assert.equal(received.at(-1)?.method, 'POST');
  assert.deepEqual(await send('/away'), { kind: 'never', why: 'it answered 307, to another origin' });
  assert.equal((await send('/round')).kind, 'never');
  assert.equal((await send('/get')).kind, 'never');
  assert.equal(other.received.length, 0);
});

test('a server that hangs is tried again, costs the teller nothing, and does not hold up another receiver', async (context) => {
  const hanging = await serving(context, () => undefined);
  const good = await serving(context, ok);
  const notices: string[] = [];
  const sinks = [hanging, good].map(({ origin }) => openSink(origin, 'x'));
  const notifier = openNotifier({ sinks, host, notice: (code, message) => notices.push(`${code} ${message}`) });
  const begun = performance.now();
  for (let at = 0; at < 200; at += 1) notifier.tell(finding(`/tmp/${at}`));
  assert.ok(performance.now() - begun < 500);
  await until(() => good.received.length === 200);
  await until(() => notices.some((text) => text.startsWith('notify-failing')));
  assert.match(notices[0] ?? '', /did not answer in time/);
  const ending = performance.now();
  await notifier.end();
  assert.ok(performance.now() - ending < 6500);
  assert.match(notices.at(-1) ?? '', /^notify-dropped .*: 200 events were not delivered/);
});

test('a slow server gets everything, in order, when watching ends', async (context) => {
  const { origin, received } = await serving(context, (response) => {
    setTimeout(() => response.writeHead(200).end(), 100);
  });
  const notifier = openNotifier({ sinks: [openSink(origin, 'x')], host, notice: () => undefined });
  for (let at = 0; at < 10; at += 1) notifier.tell(finding(`/tmp/${at}`));
  await notifier.end();
  const paths = received.map(({ body }) => (JSON.parse(body) as { data: { file: { path: string } } }).data.file.path);
  assert.deepEqual(
    paths,
    Array.from({ length: 10 }, (_, at) => `/tmp/${at}`),
  );
});

test('a port where nobody listens is a failure of the connection, with its code and no address', async (context) => {
  const { origin, close } = await serving(context, ok);
  await close();
  const closed = openSink(`${origin}/hidden`, 'x');
  assert.deepEqual(await closed.send('{}', forever), { kind: 'later', why: 'the connection failed: ECONNREFUSED' });
});

test('a command reads one event a run, without a shell; status 0 is done', async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-notify-'));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const script = join(scratch, 'page.sh');
  writeFileSync(
    script,
    `#!/bin/sh\ncat >> ${scratch}/got\nprintf '%s\\n' "$@" > ${scratch}/arguments\n[ -e ${scratch}/failed ] || { touch ${scratch}/failed; exit 9; }\n`,
    { mode: 0o755 },
  );
  const notices: string[] = [];
  const notifier = openNotifier({
    sinks: [openSink(`exec:${script} a; $HOME`, 'x')],
    host,
    notice: (code, message) => notices.push(`${code} ${message}`),
  });
  notifier.tell(finding('/tmp/x'));
  await until(() => notices.length === 2);
  await notifier.end();
  const lines = readFileSync(join(scratch, 'got'), 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, 2, 'tried again after status 9');
  assert.equal(lines[0], lines[1]);
  assert.equal((JSON.parse(lines[0] ?? '') as CloudEvent).type, 'dev.holdfast.finding');
  assert.equal(readFileSync(join(scratch, 'arguments'), 'utf8'), 'a;\n$HOME\n');
  assert.match(notices[0] ?? '', /^notify-failing exec:page\.sh: it ended with 9/);
});

test('a command that does not end is ended with its children; one that is not there is a failure', async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-notify-'));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const script = join(scratch, 'hang.sh');
  writeFileSync(script, `#!/bin/sh\nsleep 300 &\necho $! > ${scratch}/child\nwait\n`, { mode: 0o755 });
  const stop = new AbortController();
  const sending = openSink(script, 'x').send('{}', stop.signal);
  await until(() => existsSync(join(scratch, 'child')) && readFileSync(join(scratch, 'child'), 'utf8').endsWith('\n'));
  const child = Number(readFileSync(join(scratch, 'child'), 'utf8'));
  stop.abort();
  assert.equal((await sending).kind, 'later');
  await until(() => !existsSync(`/proc/${child}`) || /\) [ZX] /.test(readFileSync(`/proc/${child}/stat`, 'utf8')));
  const absent = await openSink(join(scratch, 'absent'), 'x').send('{}', forever);
  assert.deepEqual(absent, { kind: 'later', why: 'it could not be started: ENOENT' });
});

test('what is neither URL nor command is refused, without repeating it', () => {
  for (const text of ['', '  ', 'exec:', 'ftp://a.example/hidden', 'https://', 'http://%ff@a.example/hidden'])
    assert.throws(
      () => openSink(text, 'x'),
      (error: HoldfastError) =>
        error instanceof HoldfastError && error.code === 'usage' && !/hidden/.test(error.message),
    );
});
