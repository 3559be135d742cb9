import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { MappingEvent } from '../../../src/sensor/index.ts';
import { debianImage } from '../../support/roots.ts';
import { type Seen, Stage } from './stage.ts';

const protExec = 4;

const mappings = (seen: Seen, part: string): readonly MappingEvent[] =>
  seen.events.filter((event): event is MappingEvent => event.type === 'mapping' && event.path.includes(part));

describe('executable mappings, in a real container', { timeout: 300_000 }, () => {
  let stage: Stage;
  let busybox: string;

  before(async () => {
    stage = await Stage.open();
    busybox = createHash('sha256').update(readFileSync('/bin/busybox')).digest('hex');
    await stage.containerd.importImage(await debianImage(), 'test.local/debian:latest');
  });
  after(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  for (const verb of ['map', 'map-mprotect']) {
    it(`${verb}: a file of the image`, async () => {
      const seen = await stage.act([verb, '/bin/busybox']);
      const [mapping, ...more] = mappings(seen, '/bin/busybox');
      assert.ok(mapping?.file, seen.output.stderr);
      assert.equal(more.length, 0);
      assert.ok((mapping.protection & protExec) !== 0);
      assert.equal(mapping.file.place, 'lower');
      assert.equal(await stage.hashOf(mapping.file), busybox);
    });
  }

  it('memfd: a library that no file holds', async () => {
    const seen = await stage.act(['map-memfd', '/bin/busybox']);
    const [mapping] = mappings(seen, 'memfd:holdfast-library');
    assert.ok(mapping?.file);
    assert.equal(mapping.file.place, 'memfd');
    assert.equal(await stage.hashOf(mapping.file), busybox);
  });

  it('anonymous memory, as a JIT makes it: once, with no file', async () => {
    const seen = await stage.act(['then', 'map-anonymous', '--', 'map-anonymous']);
    const found = seen.events.filter((event) => event.type === 'mapping' && event.file === undefined);
    assert.equal(found.length, 1);
  });

  it('libraries of a dynamic program, LD_PRELOAD and dlopen', async () => {
    const zlib = '/lib/x86_64-linux-gnu/libz.so.1';
    const script = [
      `cp ${zlib} /tmp/libpreload.so && LD_PRELOAD=/tmp/libpreload.so /bin/sleep 0.1`,
      `cp ${zlib} /tmp/libdlopen.so`,
      // perl's DynaLoader is dlopen(3) without a compiler.
      `perl -MDynaLoader -e 'DynaLoader::dl_load_file("/tmp/libdlopen.so", 0) or die; select(undef, undef, undef, 0.1)'`,
    ].join(' && ');
    const seen = await stage.act(['/bin/sh', '-c', script], { image: 'test.local/debian:latest' });
    assert.equal(seen.output.code, 0, seen.output.stderr);
    for (const name of ['/tmp/libpreload.so', '/tmp/libdlopen.so']) {
      const [mapping] = mappings(seen, name);
      assert.equal(mapping?.file?.place, 'upper', name);
      assert.match((await stage.hashOf(mapping.file)) ?? '', /^[0-9a-f]{64}$/);
    }
    const [libc] = mappings(seen, 'libc.so.6');
    assert.equal(libc?.file?.place, 'lower');
  });
});
