import type { Command } from 'commander';
import {
  type Checked,
  type ClaimedSigner,
  type Inspected,
  type InspectedEvidence,
  type InspectedManifest,
  inspect as inspectImage,
} from '../attest/index.ts';
import { openImage, takesImage } from './evidence/image.ts';
import { type TrustFlags, takesTrust, trustOf } from './evidence/trust.ts';
import { colour, interrupt, printable, progress, write, writeJson } from './output/index.ts';
import type { RegistryFlags } from './source.ts';

interface InspectOptions extends RegistryFlags, TrustFlags {
  readonly json?: true;
}

export function register(program: Command): void {
  takesTrust(takesImage(program.command('inspect')))
    .description(
      'The tree of all that is attached to an image: referrers, what is attached to those, and cosign’s older tags; who signed\n' +
        'each, and what it says. Without a key or a root nothing is verified, and it says so.\n' +
        'Exit status: 0 it was read, 3 it could not be.',
    )
    .option('--json', 'as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast inspect registry.example/team/app:1.2\n  holdfast inspect oci:./carried:1.2 --public-key release.pub',
    )
    .action(inspect);
}

async function inspect(text: string, options: InspectOptions): Promise<void> {
  using stop = interrupt();
  using line = progress();
  await using image = await openImage(text, options, stop.signal);
  const trust = await trustOf(options);
  line.at(`reading what is attached to ${text}`);
  const found = await inspectImage(image.repository, image.reference, {
    signal: stop.signal,
    ...(trust === undefined ? {} : { trust }),
  });
  line.end();
  if (options.json) await writeJson({ image: text, ...found });
  else await write(page(text, found));
}

function page(text: string, { root, manifests, dangling }: Inspected): string {
  const lines = [
    printable(text),
    ...manifests.flatMap((one) => treeOf(one, one.digest === root ? '' : '  ')),
    ...dangling.map((digest) => colour('yellow', `listed as attached, but not there: ${digest}`)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function treeOf(manifest: InspectedManifest, indent: string): readonly string[] {
  const { digest, as, platform, tag, artifactType, evidence, attached } = manifest;
  const name = tag ?? platform ?? (as === 'referrer' ? (artifactType ?? 'no type') : 'image');
  const own = evidence.length === 0 ? [`${indent}${printable(name)} ${digest}`] : [];
  return [
    ...own,
    ...evidence.flatMap((one) => evidenceLines(one, indent, tag)),
    ...attached.flatMap((one, at) => branch(treeOf(one, ''), indent, at === attached.length - 1)),
  ];
}

function branch(lines: readonly string[], indent: string, last: boolean): readonly string[] {
  return lines.map((line, at) => `${indent}${at === 0 ? (last ? '└─ ' : '├─ ') : last ? '   ' : '│  '}${line}`);
}

function evidenceLines(one: InspectedEvidence, indent: string, tag: string | undefined): readonly string[] {
  const witnesses = [
    ...(one.logs > 0 ? [`${one.logs} log ${one.logs === 1 ? 'entry' : 'entries'}`] : []),
    ...(one.timestamps > 0 ? [`${one.timestamps} timestamp${one.timestamps === 1 ? '' : 's'}`] : []),
  ];
  const by = one.signer === undefined ? [] : [`by ${signerText(one.signer)}`];
  const where = tag === undefined ? [] : [`at tag ${tag.slice(-4)}`];
  return [
    `${indent}${checkedText(one)} ${printable(one.says)}`,
    `${indent}   ${printable([...by, ...witnesses, ...where].join(', '))}${by.length + witnesses.length + where.length > 0 ? '  ' : ''}${colour('dim', one.evidence)}`,
  ];
}

function signerText(signer: ClaimedSigner): string {
  if (signer.kind === 'certificate') return `${signer.identity} (${signer.issuer})`;
  return signer.hint === undefined ? 'a key' : `key ${signer.hint}`;
}

function checkedText(checked: Checked): string {
  switch (checked.verified) {
    case 'yes':
      return colour('green', 'verified');
    case 'no':
      return colour('red', `refused (${printable(checked.code)})`);
    case 'not-asked':
      return colour('yellow', 'unchecked');
  }
}
