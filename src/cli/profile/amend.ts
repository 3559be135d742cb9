import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import { duration, imageName, millisecondsOf } from '../../policy/index.ts';
import { amendmentDocument, parseAmendment } from '../../profile/index.ts';
import { type DriftFinding, findContainer, findFinding } from '../../watch/index.ts';
import { write } from '../output/index.ts';
import { openStore } from '../running/index.ts';

interface AmendOptions {
  readonly store?: string;
  readonly issuer?: string;
  readonly reason?: string;
  readonly name?: string;
  readonly for: string;
  readonly output?: string;
}

export function registerAmend(parent: Command): void {
  parent
    .command('amend')
    .argument('<finding...>', 'drift that is right: ids, or their beginnings; all of one image')
    .summary('an exception that allows what was found to be drift')
    .description(
      'An ImageException that allows what was found to be drift, for a person to review and sign. It changes nothing by\n' +
        'itself: it counts once it is signed by whom the policy’s `exceptions` name, and attached to the image.',
    )
    .option('--issuer <who>', 'who answers for it (default: the user’s name)')
    .option('--reason <text>', 'why it is right (default: what was seen)')
    .option('--name <name>', 'of the document')
    .option('--for <duration>', 'how long it holds, such as 12h or 30d', '30d')
    .option('--store <dir>', 'where evidence is kept')
    .option('-o, --output <file>', 'write it to a file')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast profile amend F-3d195c1f --reason "the license is checked monthly" -o exception.yaml\n' +
        '  holdfast attest registry.example/team/web@sha256:… --type exception --predicate exception.yaml --key security.key',
    )
    .action(amend);
}

async function amend(texts: readonly string[], options: AmendOptions): Promise<void> {
  await using ledger = openStore(options.store);
  const found = texts.map((text) => driftIn(findFinding(ledger, text)));
  const [first] = found;
  if (first === undefined) throw new HoldfastError('usage', 'no finding was named');
  const { image, profile } = first;
  if (image === null || found.some((one) => one.image !== image || one.profile !== profile))
    throw new HoldfastError('usage', 'the findings are of several images or profiles: one exception for each');
  const now = Date.now();
  const document = amendmentDocument(
    found.map(({ amendment, why }) => ({
      amendment: amendment === null ? undefined : parseAmendment(amendment),
      why,
    })),
    {
      name: options.name ?? `amendment-${first.id.slice(2).toLowerCase()}`,
      image: imageName(findContainer(ledger, first.container).body.image.name),
      subject: image,
      profile,
      issuer: options.issuer ?? userInfo().username,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      notBefore: wholeSeconds(now),
      expires: wholeSeconds(now + lasting(options.for)),
    },
  );
  if (document === undefined)
    throw new HoldfastError('usage', 'nothing can allow this: its bytes, or where it lies, are not known', {
      place: first.id,
    });
  const text = stringify(document, { lineWidth: 0 });
  if (options.output === undefined) await write(text);
  else await writeFile(options.output, text);
}

function driftIn(finding: ReturnType<typeof findFinding>): DriftFinding & { readonly image: Digest | null } {
  if (finding.term === 'behaviour') return finding;
  throw new HoldfastError('usage', 'a finding of identity: no amendment makes other bytes the image’s', {
    place: finding.id,
  });
}

/** @throws HoldfastError `usage` */
function lasting(text: string): number {
  const parsed = duration.safeParse(text);
  if (parsed.success) return millisecondsOf(parsed.data);
  throw new HoldfastError('usage', '--for takes a duration, such as 12h or 30d', { place: text });
}

function wholeSeconds(millis: number): string {
  return `${new Date(millis).toISOString().slice(0, 19)}Z`;
}
