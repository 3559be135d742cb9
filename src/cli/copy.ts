import type { Command } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import {
  type Copied,
  type CopyProgress,
  copyImage,
  formatSource,
  isDigest,
  parseSource,
  survey,
} from '../oci/index.ts';
import { bytesText } from './contents-page.ts';
import { imageHelp, type OpenedImage, openImage } from './evidence/image.ts';
import { missingText } from './evidence/missing-text.ts';
import { many } from './evidence/pairs.ts';
import { judgedPage, judgeOpened, policiesOf } from './evidence/policy.ts';
import { interrupt, printable, progress, write, writeJson } from './output/index.ts';
import { type RegistryFlags, takesRegistryFlags } from './source.ts';

interface CopyOptions extends RegistryFlags {
  readonly require?: readonly string[];
  readonly trustedRoot?: readonly string[];
  readonly json?: true;
}

export function register(program: Command): void {
  takesRegistryFlags(program.command('copy'))
    .argument('<source>', 'the image, in a registry or oci:DIR[:TAG]')
    .argument('<destination>', 'where to, under which tag')
    .description(
      'Promotes an image or index with all that is attached to it, and to that, and under cosign’s older tags: the same bytes,\n' +
        'so the same digests. The tag comes last. What was interrupted goes on where it was; afterwards it is checked.\n' +
        'Exit status: 0 all of it is there, 1 something is missing there, or it is not admitted, 3 it could not be copied.',
    )
    .option(
      '--require <policy>',
      'copy only what these policies admit, under the name it will have; may be repeated',
      many,
    )
    .option('--trusted-root <file>', "for --require: whom to believe; else Sigstore's public-good ones", many)
    .option('--json', 'what was copied, as one document')
    .addHelpText(
      'after',
      `${imageHelp}\n\nExamples:\n  holdfast copy registry.example/dev/app:1.2 registry.example/prod/app:1.2\n` +
        '  holdfast copy registry.example/dev/app:1.2 oci:./carried:1.2      into a folder, for a place without a network',
    )
    .action(copy);
}

async function copy(from: string, to: string, options: CopyOptions): Promise<void> {
  using stop = interrupt();
  using line = progress();
  const { signal } = stop;
  const tag = tagOf(to);
  await using source = await openImage(from, options, signal);
  const reference = await admittedReference(source, to, options, signal);
  if (reference === undefined) return;
  await using destination = await openImage(to, options, signal, { create: true });
  line.at(`looking for what belongs to ${from}`);
  const image = await survey(source.repository, reference, signal, (found) => line.at(`${found} manifests found`));
  const mountFrom = mountableFrom(from, to);
  const copied = await copyImage(source.repository, image, destination.repository, {
    signal,
    ...(tag === undefined ? {} : { tag }),
    ...(mountFrom === undefined ? {} : { mountFrom }),
    progress: (now) => line.at(progressText(now)),
  });
  line.end();
  if (options.json) await writeJson({ source: from, destination: to, ...copied, root: copied.root.digest });
  else await write(page(to, copied));
  if (copied.missing.length > 0) process.exitCode = 1;
}

/**
 * What to copy: with `--require` the digest that was judged, so that a tag that moves meanwhile changes nothing.
 * undefined = it is not admitted, and that was said.
 */
async function admittedReference(
  source: OpenedImage,
  to: string,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (options.require === undefined) return (await source.repository.resolve(source.reference, signal)).digest;
  const policies = await policiesOf(options.require, options, signal);
  const destination = parseSource(to);
  const name = destination.kind === 'registry' ? formatSource(destination) : source.name;
  const judged = await judgeOpened(source, { policies, ...(name === undefined ? {} : { name }) }, signal);
  if (judged.admitted) return judged.digest;
  if (options.json) await writeJson({ source: source.text, destination: to, refused: judged });
  else await write(`${judgedPage(judged, false)}\nnot copied\n`);
  process.exitCode = 1;
  return undefined;
}

/** A destination may be named by a tag, by the digest it will have, or not at all. */
function tagOf(text: string): string | undefined {
  const source = parseSource(text);
  if (source.kind !== 'registry' && source.kind !== 'oci')
    throw new HoldfastError('usage', 'evidence can be kept in a registry or an OCI layout only', { place: text });
  const tag = source.kind === 'registry' ? (source.tag ?? source.reference) : source.reference;
  return tag === undefined || isDigest(tag) ? undefined : tag;
}

function mountableFrom(from: string, to: string): string | undefined {
  const [source, destination] = [parseSource(from), parseSource(to)];
  if (source.kind !== 'registry' || destination.kind !== 'registry') return undefined;
  return source.host === destination.host && source.repository !== destination.repository
    ? source.repository
    : undefined;
}

function progressText({ manifests, blobs, bytes }: CopyProgress): string {
  return `${bytesText(bytes.done)} of ${bytesText(bytes.all)}, ${blobs.done} of ${blobs.all} blobs, ${manifests.done} of ${manifests.all} manifests`;
}

function page(to: string, { root, manifests, blobs, pushed, dangling, missing }: Copied): string {
  const lines = [
    to,
    `  ${root.digest}`,
    `  manifests: ${manifests}, ${pushed.manifests} of them new; blobs: ${blobs}, ${pushed.blobs} of them new (${bytesText(pushed.bytes)})`,
    ...dangling.map((digest) => `  listed at the source, but not there: ${digest}`),
    ...missing.map((one) => `  missing: ${missingText(one)}`),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}
