import type { Command } from 'commander';
import { defaultSocket } from '../../containers/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';
import { profileLimits, readProfile } from '../../profile/index.ts';
import { many } from '../evidence/pairs.ts';
import { takesTrust } from '../evidence/trust.ts';
import { interrupt } from '../output/index.ts';
import { takesRegistryFlags } from '../source.ts';
import { recipeOfCommand } from './recipe.ts';
import { type RecipeFlags, recipeFor } from './recipe-attached.ts';
import { testProfile } from './test-profile.ts';

interface TestOptions extends RecipeFlags {
  readonly run?: readonly string[];
  readonly port?: readonly string[];
  readonly containerd: string;
  readonly output?: string;
  readonly json?: true;
}

export function registerTest(parent: Command): void {
  takesTrust(
    takesRegistryFlags(
      parent
        .command('test')
        .argument('<profile>', 'a file')
        .argument('[image]', 'as SOURCE of other commands (default: the profile’s subject, where containerd has it)'),
    ),
  )
    .summary('its own tests have to be silent, shipped attacks told')
    .description(
      'Runs the functional tests of an image, which must be silent under its profile, and a shipped set of attacks, which must\n' +
        'be told of; writes both scores into the profile. Run it before the profile is signed. Needs root.\n' +
        'Exit status: 0 silent, and every attack that the image can host was told; 1 not; 2 usage; 3 it could not be told.',
    )
    .option(
      '--recipe <file>',
      'how the image is run and tested (docs/recipe.md); without it the one that hangs on IMAGE',
    )
    .option('--run <command>', 'without a recipe: a test, run by sh on this host in its network; may be repeated', many)
    .option('--port <number>', 'without a recipe: it is ready when this TCP port listens; may be repeated', many)
    .option('--platform <os/arch>', 'which image of an index (default: this host’s)')
    .option('-o, --output <file>', 'where to write the profile with its scores (default: the profile itself)')
    .option('--containerd <socket>', "containerd's socket", defaultSocket)
    .option('--json', 'as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  sudo holdfast profile test web.profile.json oci:out --recipe recipe.yaml\n' +
        '  sudo holdfast profile test web.profile.json registry.example/team/web:1.2 --public-key release.pub',
    )
    .action(test);
}

async function test(file: string, image: string | undefined, options: TestOptions): Promise<void> {
  const given = options.run !== undefined || options.port !== undefined;
  if (given && options.recipe !== undefined) throw new HoldfastError('usage', 'either --recipe, or --run and --port');
  const profile = readProfile(await readBounded(file, profileLimits.bytes + 1), file);
  if (profile.subject === undefined)
    throw new HoldfastError('profile-foreign', 'it does not say of which image it is', { place: file });
  const { run: commands = [], port: ports = [] } = options;
  using asked = interrupt();
  const source = image ?? `containerd:${profile.subject}`;
  await testProfile({
    ...options,
    profile,
    subject: profile.subject,
    image: source,
    recipe: given ? recipeOfCommand({ commands, ports }) : await recipeFor(source, options, asked.signal),
    output: options.output ?? file,
    json: options.json === true,
  });
}
