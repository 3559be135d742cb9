import type { Command } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import { isDigest } from '../oci/index.ts';
import { isSbomFormat, type SbomFormat, sbomFormats } from '../sbom/index.ts';
import { ambientOrigin, isCommit, type Material, type Origin, type Sealed, seal as sealImage } from '../seal/index.ts';
import { baseCandidates } from './evidence/bases.ts';
import { givenProfile, givenRecipe } from './evidence/given.ts';
import { type HardenedFlags, hardenedBy, takesHardened } from './evidence/hardened.ts';
import { openImage, takesImage } from './evidence/image.ts';
import { many, pair } from './evidence/pairs.ts';
import { type SigningOptions, signingParty, takesSigner } from './evidence/signing.ts';
import { interrupt, printable, progress, table, write, writeJson } from './output/index.ts';
import { type RegistryFlags, registryOptions } from './source.ts';
import { version } from './version.ts';

interface SealOptions extends SigningOptions, RegistryFlags, HardenedFlags {
  readonly sbom: string;
  readonly base?: readonly string[];
  readonly builder?: string;
  readonly source?: string;
  readonly sourceCommit?: string;
  readonly material?: readonly string[];
  readonly profile?: readonly string[];
  readonly recipe?: readonly string[];
  readonly annotation?: Readonly<Record<string, string>>;
  readonly json?: true;
}

export function register(program: Command): void {
  takesHardened(takesSigner(takesImage(program.command('seal'))))
    .description(
      'Seals an image: SBOM, file manifest and provenance of every platform, signed and attached to it; its signature last.\n' +
        'Again is safe: what a key has signed already is not attached twice.\n' +
        'Exit status: 0 it is sealed, 1 it had to be hardened and is not, 2 usage, 3 it could not be: then no signature is on it that was not there before.',
    )
    .option('--sbom <formats>', `which, by comma: ${Object.keys(sbomFormats).join(', ')}`, 'cyclonedx,spdx')
    .option('--base <image>', 'an image that may be its base: the layers say whether it is; may be repeated', many)
    .option('--builder <uri>', 'who built it (default: what GitHub Actions or GitLab CI say)')
    .option('--source <uri>', 'what it was built from: git+https://HOST/PATH@REF (default: as the builder)')
    .option('--source-commit <hex>', 'the commit of it')
    .option('--material <uri[@digest]>', 'something else that went into it; may be repeated', many)
    .option('--profile <file>', 'the execution profile of the image, or of one of the index; may be repeated', many)
    .option('--recipe <file>', 'the recipe of the image, or of the platforms it names; may be repeated', many)
    .option('-a, --annotation <name=value>', 'said in the signature; may be repeated', pair)
    .option('--json', 'all that was attached, as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast seal registry.example/team/app:1.2 --key release.key --base docker.io/library/debian:12\n' +
        '  holdfast seal registry.example/team/app@sha256:… --signing-config sigstore.json     keyless, in CI\n' +
        '  holdfast seal registry.example/team/web:1.2 --key release.key --profile web.profile.json --recipe web.recipe.yaml\n' +
        '  holdfast seal registry.example/team/web:1.2-hard --key release.key --require-hardened',
    )
    .action(seal);
}

async function seal(text: string, options: SealOptions): Promise<void> {
  using stop = interrupt();
  using line = progress();
  const { signal } = stop;
  const sboms = formatsIn(options.sbom);
  const materials = (options.material ?? []).map(materialIn);
  const origin = originOf(options);
  const profiles = await Promise.all((options.profile ?? []).map(givenProfile));
  const recipes = await Promise.all((options.recipe ?? []).map(givenRecipe));
  await using image = await openImage(text, options, signal);
  const party = await signingParty(options, signal);
  const hardened = await hardenedBy(options, party);
  const bases = await baseCandidates(options.base ?? [], await registryOptions(options), signal);
  const sealed = await sealImage({
    repository: image.repository,
    reference: image.reference,
    party,
    signal,
    toolVersion: version(),
    ...(image.name === undefined ? {} : { name: image.name }),
    sboms,
    origin,
    bases,
    materials,
    annotations: options.annotation ?? {},
    profiles,
    recipes,
    ...(hardened === undefined ? {} : { hardened }),
    progress: (what) => line.at(what),
  });
  line.end();
  if (options.json) await writeJson(sealed);
  else await write(page(image.text, sealed));
}

/** @throws HoldfastError `usage` */
function formatsIn(text: string): readonly SbomFormat[] {
  return text.split(',').map((format) => {
    if (isSbomFormat(format)) return format;
    throw new HoldfastError('usage', `--sbom takes ${Object.keys(sbomFormats).join(' and ')}`, { place: format });
  });
}

function materialIn(text: string): Material {
  const at = text.lastIndexOf('@sha256:');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const uri = at < 0 ? text : text.slice(0, at);
  if (!URL.canParse(uri) || (digest !== undefined && !isDigest(digest)))
    throw new HoldfastError('usage', '--material takes a URI, with @sha256:… behind it or without', { place: text });
  return { uri, ...(digest === undefined ? {} : { digest }) };
}

/** What the CI says of itself, unless it was said here. @throws HoldfastError `usage` */
function originOf({ builder, source: uri, sourceCommit: commit }: SealOptions): Origin {
  const ambient = ambientOrigin(process.env);
  for (const given of [builder, uri])
    if (given !== undefined && !URL.canParse(given)) throw new HoldfastError('usage', 'not a URI', { place: given });
  if (commit !== undefined && !isCommit(commit))
    throw new HoldfastError('usage', '--source-commit takes 40 or 64 hex digits', { place: commit });
  if (commit !== undefined && uri === undefined && ambient.source === undefined)
    throw new HoldfastError('usage', '--source-commit needs --source');
  const named = uri === undefined ? ambient.source : { uri };
  const source = named && { ...named, ...(commit === undefined ? {} : { commit }) };
  return { ...ambient, ...(builder === undefined ? {} : { builder }), ...(source === undefined ? {} : { source }) };
}

function page(text: string, { root, manifests }: Sealed): string {
  const rows = manifests.flatMap(({ digest, platform = 'index', parts }) =>
    parts.map(({ part, outcome, evidence }) =>
      [platform, short(digest), part, short(evidence), outcome].map(printable),
    ),
  );
  const columns = ['image', 'digest', 'evidence', 'bundle', ''].map((title) => ({ title }));
  const notes = manifests.flatMap(({ platform = 'index', base, problems }) => [
    ...(base === undefined ? [] : [`${platform}: built upon ${base}`]),
    ...(problems === 0 ? [] : [`${platform}: ${problems} things in it could not be read; its SBOM names them`]),
  ]);
  const lines = [...notes, `sealed ${text}`, `  ${root}`].map((line) => `${printable(line)}\n`);
  return `${table(columns, rows)}\n${lines.join('')}`;
}

function short(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
