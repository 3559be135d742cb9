// A process that attaches eight artifacts to the image of a layout and says each digest once it is told that it is there.
import { openRepository } from '../../src/oci/index.ts';
import { pushArtifact } from '../support/repository.ts';

const [, , directory = '', who = ''] = process.argv;
const signal = AbortSignal.timeout(60_000);
await using layout = await openRepository({ kind: 'oci', directory }, { signal });
const subject = await layout.resolve('1', signal);
for (let index = 0; index < 8; index++) {
  const { digest } = await pushArtifact(layout, subject, 'application/x', `${who} ${index}`, signal);
  process.stdout.write(`${digest}\n`);
}
