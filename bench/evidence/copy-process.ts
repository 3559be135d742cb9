import { subscribe } from 'node:diagnostics_channel';
import { built } from './built.ts';
import { answer, asked } from './child.ts';
import type { CopyAnswered, CopyAsked, OneCopy } from './copy.ts';

const { host, from, to } = asked() as CopyAsked;
const { oci } = await built();
const { signal } = new AbortController();
let requests = 0;
// The HTTP client tells of each request that it begins.
subscribe('undici:request:create', () => {
  requests += 1;
});
await using registries = oci.openRegistries({ credentials: { kind: 'anonymous' } });

/** As `holdfast copy` does it: what is known of either side is forgotten between two copies, the connections are not. */
async function once(repository: string): Promise<OneCopy> {
  requests = 0;
  const begun = performance.now();
  const copied = await oci.copyFrom(
    registries.repository({ host, repository: from }),
    'v1',
    registries.repository({ host, repository }),
    { signal, tag: 'v1', mountFrom: from },
  );
  const millis = performance.now() - begun;
  if (copied.missing.length > 0) throw new Error(JSON.stringify(copied.missing));
  return { millis, requests, pushed: copied.pushed.manifests };
}

const [first, again] = [[], []] as [OneCopy[], OneCopy[]];
for (const repository of to) {
  first.push(await once(repository));
  again.push(await once(repository));
}
answer({ first, again } satisfies CopyAnswered);
