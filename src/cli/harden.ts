import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { defaultSocket } from '../containers/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { givenProfile } from './evidence/given.ts';
import { many } from './evidence/pairs.ts';
import { type SigningOptions, takesSigner } from './evidence/signing.ts';
import { takesTrust } from './evidence/trust.ts';
import { hardenImage } from './harden/harden-image.ts';
import { hardenedDocument, hardenedPage } from './harden/page.ts';
import { interrupt, progress, write, writeJson } from './output/index.ts';
import { type RecipeFlags, recipeFor } from './profile/recipe-attached.ts';
import { takesRegistryFlags } from './source.ts';

interface HardenOptions extends SigningOptions, RecipeFlags {
  readonly profile: string;
  readonly target: string;
  readonly profileOut?: string;
  readonly explain?: readonly string[];
  readonly test: boolean;
  readonly containerd: string;
  readonly json?: true;
}

export function register(program: Command): void {
  takesSigner(
    takesTrust(takesRegistryFlags(program.command('harden').argument('<image>', 'in a registry, or oci:DIR[:TAG]'))),
  )
    .description(
      'Cuts an image to what its execution profile needs, with all that this needs in turn: libraries, interpreters, their\n' +
        'modules, certificates, name services. Package databases stay true for what stays. The recipe’s tests are run on the\n' +
        'result; only when all pass is it tagged and, with a key, attested. The same input gives the same digest. Needs root.\n' +
        'Exit status: 0 it is there, 1 its tests failed (nothing is tagged or attested), 2 usage, 3 it could not be made.',
    )
    .requiredOption('--profile <file>', 'of this image (holdfast profile record)')
    .requiredOption('-t, --target <image>', 'where the result goes: in a registry, or oci:DIR:TAG')
    .option('--recipe <file>', 'its tests and what it keeps (docs/recipe.md); without it the one that hangs on IMAGE')
    .option('--profile-out <file>', 'write the profile of the result, to be sealed with it')
    .option('--explain <path>', 'why a path stays, or that it went; may be repeated', many)
    .option('--no-test', 'run no tests: then nothing is attested, and no policy takes it for hardened')
    .option('--platform <os/arch>', 'which image of an index (default: this host’s)')
    .option('--containerd <socket>', "containerd's socket, for the tests", defaultSocket)
    .option('--json', 'as one document')
    .addHelpText(
      'after',
      '\nExample:\n  sudo holdfast harden registry.example/team/web:1.2 --profile web.profile.json --recipe recipe.yaml \\\n' +
        '      -t registry.example/team/web:1.2-hardened --profile-out hardened.profile.json --key release.key',
    )
    .action(harden);
}

async function harden(image: string, options: HardenOptions): Promise<void> {
  using asked = interrupt();
  using line = progress();
  const { document: profile } = await givenProfile(options.profile);
  if (!options.test && options.key !== undefined)
    throw new HoldfastError('usage', 'what was not tested is not attested: --no-test and --key');
  const opened = await recipeFor(image, options, asked.signal);
  const done = await hardenImage({
    ...options,
    image,
    profile,
    opened,
    tests: options.test,
    signal: asked.signal,
    progress: (what) => line.at(what),
  });
  line.end();
  if (options.profileOut !== undefined) await writeFile(options.profileOut, done.profile);
  const explained = options.explain ?? [];
  if (options.json) await writeJson(hardenedDocument(done, explained));
  else await write(hardenedPage(done, explained, options.profileOut));
}
