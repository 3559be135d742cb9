import type { Command } from 'commander';
import { defaultSocket } from '../../containers/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { many } from '../evidence/pairs.ts';
import { takesTrust } from '../evidence/trust.ts';
import { interrupt } from '../output/index.ts';
import { takesRegistryFlags } from '../source.ts';
import { recipeOfCommand } from './recipe.ts';
import { type RecipeFlags, recipeFor } from './recipe-attached.ts';
import { recordContainers, secondsOf } from './record-containers.ts';
import { recordImage } from './record-image.ts';

interface RecordOptions extends RecipeFlags {
  readonly container?: readonly string[];
  readonly run?: readonly string[];
  readonly port?: readonly string[];
  readonly repeat?: string;
  readonly name?: string;
  readonly seconds?: string;
  readonly allowFailed?: true;
  readonly containerd: string;
  readonly output: string;
}

export function registerRecord(parent: Command): void {
  takesTrust(
    takesRegistryFlags(parent.command('record').argument('[image]', 'what to run: as SOURCE of other commands')),
  )
    .summary('run an image by its recipe, or watch a container, and write what it does')
    .description(
      'Records what containers of an image do, and writes it as a profile. With IMAGE they are run here, under containerd, as\n' +
        'a recipe says, while its tests exercise them; with --container they are somebody else’s: start it before they do,\n' +
        'so that nothing is missed. Needs root.\n' +
        'Exit status: 0 it was written, 1 tests failed (nothing is written but with --allow-failed), 2 usage, 3 it could\n' +
        'not be recorded.',
    )
    .requiredOption('-o, --output <file>', 'where to write the profile')
    .option(
      '--recipe <file>',
      'how IMAGE is run and tested (docs/recipe.md); with --public-key the one that hangs on it',
    )
    .option('--run <command>', 'without a recipe: a test, run by sh on this host in its network; may be repeated', many)
    .option('--port <number>', 'without a recipe: it is ready when this TCP port listens; may be repeated', many)
    .option('--repeat <number>', 'without a recipe: how often it is run (2)')
    .option('--allow-failed', 'write the profile though tests failed')
    .option('--platform <os/arch>', 'which image of an index (default: this host’s)')
    .option('--container <id>', 'a container, by id or name, running or yet to come; may be repeated', many)
    .option('--name <run>', 'with --container: what this run is called (default: its time)')
    .option(
      '--seconds <number>',
      'with --container: end after so long; with IMAGE: leave each container up for so long',
    )
    .option('--containerd <socket>', "containerd's socket", defaultSocket)
    .addHelpText(
      'after',
      '\nExamples:\n  sudo holdfast profile record oci:out --recipe recipe.yaml -o web.profile.json\n' +
        '  sudo holdfast profile record registry.example/web:1.2 --port 8080 --run "curl -sf http://127.0.0.1:8080/" -o web.profile.json\n' +
        '  sudo holdfast profile record --container web -o web.profile.json &\n  ctr run registry.example/team/web:1.2 web    and its tests',
    )
    .action(record);
}

async function record(image: string | undefined, options: RecordOptions): Promise<void> {
  const { container, containerd, output } = options;
  const limit = secondsOf(options.seconds, '--seconds');
  const seconds = limit === undefined ? {} : { seconds: limit };
  if ((image === undefined) === (container === undefined))
    throw new HoldfastError('usage', 'either IMAGE or --container');
  if (container !== undefined) {
    if (options.recipe !== undefined || options.run !== undefined)
      throw new HoldfastError('usage', 'a container of --container is exercised by whoever runs it');
    const name = options.name === undefined ? {} : { name: options.name };
    await recordContainers({ container, containerd, output, ...seconds, ...name });
    return;
  }
  if (image === undefined) return;
  const named = [options.run, options.port, options.repeat, limit].some((one) => one !== undefined);
  if (options.recipe !== undefined && named)
    throw new HoldfastError('usage', '--run, --port, --repeat and --seconds stand in for a recipe, not beside one');
  const { run: commands = [], port: ports = [], repeat } = options;
  using asked = interrupt();
  // With nobody to believe and nothing said, it is run as it is.
  const recipe =
    options.recipe === undefined && (named || (options.publicKey ?? options.trustedRoot) === undefined)
      ? recipeOfCommand({ commands, ports, ...seconds, ...(repeat === undefined ? {} : { repeat }) })
      : await recipeFor(image, options, asked.signal);
  const { seconds: _, allowFailed = false, ...flags } = options;
  await recordImage({ ...flags, image, recipe, allowFailed });
}
