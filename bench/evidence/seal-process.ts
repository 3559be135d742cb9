import { built } from './built.ts';
import { answer, asked } from './child.ts';
import type { SealAsked, SealParts } from './seal.ts';

const { host, repository: name, privateKey } = asked() as SealAsked;
const { attest, oci, seal } = await built();
const { signal } = new AbortController();
const signer = await attest.loadSigner(privateKey, async () => '', signal);
await using repository = await oci.openRepository(
  { kind: 'registry', host, repository: name, reference: 'v1' },
  { signal, credentials: { kind: 'anonymous' } },
);
const begun: { part: string; at: number }[] = [{ part: 'resolving', at: performance.now() }];
await seal.seal({
  repository,
  reference: 'v1',
  party: { kind: 'key', signer },
  signal,
  toolVersion: 'bench',
  sboms: ['cyclonedx', 'spdx'],
  origin: { builder: 'https://bench.example/builder', parameters: {} },
  bases: [],
  materials: [],
  annotations: {},
  progress(text) {
    // `reading PLATFORM: N MiB`, `PLATFORM: PART`, `signing DIGEST`.
    const part = /^reading|^signing/.exec(text)?.[0] ?? text.replace(/^[^:]*: /, '');
    if (begun.at(-1)?.part !== part) begun.push({ part, at: performance.now() });
  },
});
const ended = performance.now();
answer(
  begun.map(({ part, at }, index) => ({
    part,
    millis: (begun[index + 1]?.at ?? ended) - at,
  })) satisfies SealParts,
);
