import type { Command } from 'commander';
import {
  attest as attachStatement,
  attestLimits,
  type Json,
  parseStrictJson,
  predicateTypeOf,
  predicateTypes,
} from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { readBounded } from '../files/index.ts';
import { type Descriptor, isIndexType, parsePlatform, type Repository, selectImage } from '../oci/index.ts';
import { parseDocuments } from '../policy/index.ts';
import { parseRecipe, profileDocument, readProfile } from '../profile/index.ts';
import { about } from '../seal/index.ts';
import { openImage, takesImage } from './evidence/image.ts';
import { type SigningOptions, signingParty, takesSigner } from './evidence/signing.ts';
import { interrupt, printable, write, writeJson } from './output/index.ts';
import type { RegistryFlags } from './source.ts';

interface AttestOptions extends SigningOptions, RegistryFlags {
  readonly type: string;
  readonly predicate: string;
  readonly platform?: string;
  readonly json?: true;
}

/** What describes the files of one image: said of an index it would describe nothing. */
const ofContents: readonly string[] = [
  predicateTypes.cyclonedx,
  predicateTypes.spdx,
  predicateTypes['file-manifest'],
  predicateTypes.profile,
];

export function register(program: Command): void {
  takesSigner(takesImage(program.command('attest')))
    .description(
      'Attaches a signed statement about an image: an in-toto statement in a Sigstore bundle, as an OCI referrer.\n' +
        'Exit status: 0 it is attached, 2 usage, 3 it could not be.',
    )
    .requiredOption('--type <type>', `a predicate type by its URI, or ${Object.keys(predicateTypes).join(', ')}`)
    .requiredOption('--predicate <file>', 'the predicate, JSON; an exception or recipe may be YAML')
    .option('--platform <os/arch>', 'say it of this image of an index')
    .option('--json', 'what was attached')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast attest registry.example/team/app:1.2 --key release.key --type vulns --predicate scan.json',
    )
    .action(attest);
}

async function attest(text: string, options: AttestOptions): Promise<void> {
  using stop = interrupt();
  const { signal } = stop;
  const type = predicateTypeOf(options.type);
  if (type === undefined)
    throw new HoldfastError('usage', 'neither a URI nor one of the short names', { place: `--type ${options.type}` });
  const bytes = await readBounded(options.predicate, attestLimits.bundleBytes);
  const predicate = predicateIn(type, bytes, options.predicate);
  await using image = await openImage(text, options, signal);
  const subject = await subjectOf(image.repository, image.reference, options.platform, signal);
  if (isIndexType(subject.mediaType) && ofContents.includes(type)) {
    throw new HoldfastError('usage', 'it describes one image, and this is an index: give --platform', { place: text });
  }
  const party = await signingParty(options, signal);
  const attached = await attachStatement(
    image.repository,
    subject,
    about(subject.digest, type, predicate),
    party,
    signal,
  );
  if (options.json) await writeJson({ digest: subject.digest, ...attached });
  else
    await write(
      `${printable(`${image.repository.name}@${subject.digest}: ${options.type} ${attached.outcome}`)}\n  bundle ${attached.evidence}\n`,
    );
}

/**
 * Holdfast's own documents are refused before they are signed where they are none; those that people write may be YAML. A
 * profile or recipe is the same statement as `profile attach`, `recipe attach` and `seal` make of it.
 */
function predicateIn(type: string, bytes: Uint8Array, file: string): Json {
  switch (type) {
    case predicateTypes.exception:
      return exceptionIn(bytes, file);
    case predicateTypes.profile:
      return profileDocument(readProfile(bytes, file)) as unknown as Json;
    case predicateTypes.recipe:
      return parseRecipe(file, bytes) as unknown as Json;
    default:
      return parseStrictJson(bytes, 'statement-malformed', file) as Json;
  }
}

function exceptionIn(bytes: Uint8Array, file: string): Json {
  const [document, ...others] = parseDocuments(file, bytes);
  if (document?.kind === 'ImageException' && others.length === 0)
    return JSON.parse(JSON.stringify(document.exception)) as Json;
  throw new HoldfastError('policy-malformed', 'not one ImageException', { place: file });
}

async function subjectOf(
  repository: Repository,
  reference: string | undefined,
  platform: string | undefined,
  signal: AbortSignal,
): Promise<Descriptor> {
  const root = await repository.resolve(reference, signal);
  if (platform === undefined) return root;
  const { identity } = await selectImage(repository, root, { signal, platform: parsePlatform(platform) });
  if (identity.manifest === undefined) throw new HoldfastError('internal', 'an image without a manifest');
  return await repository.resolve(identity.manifest, signal);
}
