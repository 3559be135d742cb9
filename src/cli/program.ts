import { Command, CommanderError } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import { exitOf, printFailure, quietOnClosedPipe } from './output/index.ts';
import { verbs } from './verbs.ts';
import { version } from './version.ts';

const examples = `
Examples:
  holdfast doctor                               what this host can show
  holdfast sbom oci:./image                     packages of an image, CycloneDX
  holdfast seal registry.example/app:1.2 --key release.key
  holdfast verify registry.example/app:1.2 --policy policy.yaml
  holdfast watch --containerd /run/containerd/containerd.sock
  holdfast rbom CONTAINER                       packages that truly execute

SOURCE is [HOST/]NAME[:TAG], oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE, dir:DIR or containerd:REF.
Exit status: 0 yes, 1 no (found, drifted), 2 usage, 3 could not tell.`;

/** The word that names the verb: the first that is no option, or what follows `help`. */
function verbIn(argv: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  return words[0] === 'help' ? words[1] : words[0];
}

/** The program with one verb loaded and the others only named. */
async function assemble(wanted: string | undefined): Promise<Command> {
  const program = new Command('holdfast')
    .description('Keeps what runs anchored to what was verified.')
    .version(version(), '-V, --version')
    .addHelpText('after', examples)
    .addHelpCommand(new Command('help').argument('[command]').helpGroup('This host:').summary('how to use a command'))
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  for (const verb of verbs) {
    program.commandsGroup(verb.group);
    if (verb.name === wanted) {
      (await verb.load()).register(program);
      program.commands.at(-1)?.summary(verb.summary);
    } else {
      program.command(verb.name).summary(verb.summary);
    }
  }
  return program;
}

/** Commander's own refusals, as an error of ours; undefined = it only printed help or the version. */
function usageError(error: CommanderError): HoldfastError | undefined {
  if (error.exitCode === 0) return undefined;
  return new HoldfastError('usage', error.message.replace(/^error: /, '').replaceAll('\n', ' '));
}

/**
 * Runs one command line. Verbs set `process.exitCode` to 1 for "no"; whatever they throw is printed here, as text or,
 * with `--json`, as one JSON object, on stderr.
 *
 * @returns the exit status
 */
export async function run(argv: readonly string[]): Promise<number> {
  quietOnClosedPipe();
  process.exitCode = undefined;
  const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined).includes('--json');
  try {
    const program = await assemble(verbIn(argv));
    if (argv.length === 0) {
      process.stderr.write(`${program.helpInformation()}${examples}\n`);
      return 2;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return process.exitCode ?? 0;
  } catch (error) {
    const shown = error instanceof CommanderError ? usageError(error) : error;
    if (shown === undefined) return 0;
    printFailure(shown, { json });
    const yesOrNo = verbs.some((verb) => verb.yesOrNo === true && verb.name === verbIn(argv));
    return yesOrNo ? 1 : exitOf(shown);
  }
}
