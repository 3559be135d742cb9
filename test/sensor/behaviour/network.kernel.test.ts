import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ConnectionEvent } from '../../../src/sensor/index.ts';
import { execs, Stage } from './stage.ts';

const tcp = 6;
const udp = 17;

interface Case {
  readonly verb: readonly string[];
  readonly expects: Partial<ConnectionEvent>;
}

const cases: readonly Case[] = [
  {
    verb: ['connect', 'tcp', '127.0.0.1', '81'],
    expects: { op: 'connect', protocol: tcp, family: 4, address: '127.0.0.1', port: 81, mapped: false },
  },
  {
    verb: ['connect', 'udp', '127.0.0.1', '82'],
    expects: { op: 'connect', protocol: udp, family: 4, address: '127.0.0.1', port: 82, mapped: false },
  },
  {
    verb: ['connect', 'tcp', '::1', '83'],
    expects: { op: 'connect', protocol: tcp, family: 6, address: '::1', port: 83, mapped: false },
  },
  {
    verb: ['connect', 'udp', '::1', '84'],
    expects: { op: 'connect', protocol: udp, family: 6, address: '::1', port: 84, mapped: false },
  },
  {
    verb: ['connect', 'tcp', '::ffff:127.0.0.9', '85'],
    expects: { op: 'connect', protocol: tcp, family: 4, address: '127.0.0.9', port: 85, mapped: true },
  },
  {
    verb: ['bind', 'tcp', '127.0.0.1', '8086'],
    expects: { op: 'bind', protocol: tcp, family: 4, address: '127.0.0.1', port: 8086 },
  },
  {
    verb: ['bind', 'udp', '0.0.0.0', '8087'],
    expects: { op: 'bind', protocol: udp, family: 4, address: '0.0.0.0', port: 8087 },
  },
  { verb: ['bind', 'tcp', '::', '8088'], expects: { op: 'bind', protocol: tcp, family: 6, address: '::', port: 8088 } },
  {
    verb: ['send', '127.0.0.1', '89'],
    expects: { op: 'send', protocol: udp, family: 4, address: '127.0.0.1', port: 89, mapped: false },
  },
  {
    verb: ['send', '::1', '90'],
    expects: { op: 'send', protocol: udp, family: 6, address: '::1', port: 90, mapped: false },
  },
  // The kernel itself turns this one into an IPv4 send before any hook runs.
  {
    verb: ['send', '::ffff:127.0.0.1', '91'],
    expects: { op: 'send', protocol: udp, family: 4, address: '127.0.0.1', port: 91, mapped: false },
  },
];

describe('connections, in a real container with its own network namespace', { timeout: 300_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const { verb, expects } of cases) {
    it(verb.join(' '), async () => {
      const seen = await stage.act(verb);
      assert.equal(seen.output.code, 0, seen.output.stderr);
      const found = seen.events.filter((event): event is ConnectionEvent => event.type === 'connection');
      assert.equal(found.length, 1, JSON.stringify(found.map((event) => `${event.op} ${event.address} ${event.port}`)));
      const [event] = found;
      assert.ok(event);
      for (const [name, value] of Object.entries(expects))
        assert.equal(event[name as keyof ConnectionEvent], value, name);
      const doer = execs(seen).find((each) => each.argv[0] === '/bin/doer');
      assert.equal(event.who.pid, doer?.self.pid);
      assert.equal(event.who.program, doer?.key);
    });
  }

  it('known is silent: the second connection to the same peer and port is counted', async () => {
    const again = ['connect', 'tcp', '127.0.0.1', '95'];
    const seen = await stage.act(['then', ...again, '--', ...again, '--', ...again]);
    const found = seen.events.filter((event): event is ConnectionEvent => event.type === 'connection');
    assert.equal(found.length, 1);
    const count = seen.events.filter((event) => event.type === 'count' && event.key === found[0]?.key).at(-1);
    assert.ok(count?.type === 'count');
    assert.equal(count.count, 3);
  });
});
