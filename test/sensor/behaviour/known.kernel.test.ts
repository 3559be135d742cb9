import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { execs, Stage } from './stage.ts';

const text = (end: string): string => `: ${'x'.repeat(1500)}; echo ${end}`;

describe('what is known is the same in all that matters', { timeout: 300_000 }, () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.open();
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  it('a container’s own first command, run once more from outside, is told again, and after that no more', async () => {
    const id = await stage.stay();
    const told = (): number => execs({ events: stage.of(id) }).filter(({ argv }) => argv[1] === '600').length;
    await stage.until(() => told() === 1, 'the first command');
    void stage.containerd.exec(id, ['/bin/sleep', '600']).catch(() => undefined);
    await stage.until(() => told() === 2, 'the same command from outside');
    await stage.settle();
    assert.equal(told(), 2);
  });

  it('two commands that differ only far behind are two', async () => {
    const seen = await stage.act([
      '/bin/sh',
      '-c',
      '/bin/sh -c "$0"; /bin/sh -c "$1"; /bin/sh -c "$0"; true',
      text('good'),
      text('evil'),
    ]);
    const commands = execs(seen).flatMap(({ argv }) => (argv[2]?.startsWith(': ') === true ? [argv[2].slice(-4)] : []));
    assert.deepEqual(commands, ['good', 'evil']);
  });
});
