import { setTimeout as pause } from 'node:timers/promises';
import type { ExecutionProfile } from '../../profile/index.ts';
import type { RunningContainer } from '../model.ts';
import { Inside } from './inside.ts';
import { type Attack, otherUser, peerAddress, type Step, type Told } from './model.ts';
import { type Found, filledIn, findPrograms, wayOf } from './programs.ts';
import { attacks as shipped } from './table.ts';

/** What became of one attack, before it is asked whether it was told of. */
export interface Attacked {
  readonly attack: Attack;
  /** Undefined: it was carried out. Else why this image, run like this, can't host it. */
  readonly notApplicable: string | undefined;
  /** With paths as the kernel shows them. */
  readonly told: Told;
  /** The last that its commands said. */
  readonly output: string;
}

const limits = { step: 10_000, listening: 150, library: 64 << 20 };

/** Runs every attack of the set against a container that is up, one after another. The container is spoilt by it. */
export async function attackContainer(
  container: RunningContainer,
  profile: Pick<ExecutionProfile, 'processes' | 'files'>,
  tool: Uint8Array,
  options: { readonly progress?: (what: string) => void; readonly attacks?: readonly Attack[] } = {},
): Promise<readonly Attacked[]> {
  const attacks = options.attacks ?? shipped;
  const inside = new Inside(container.pid);
  const found = await findPrograms(inside, attacks, profile);
  await container.beside(['ip', 'address', 'add', `${peerAddress}/32`, 'dev', 'lo']);
  const done: Attacked[] = [];
  for (const attack of attacks) {
    options.progress?.(`attack ${attack.id}: ${attack.does}`);
    const way = wayOf(attack, found);
    if (way === undefined) done.push({ attack, notApplicable: noWay, told: attack.told, output: '' });
    else done.push(await carriedOut(attack, way, { container, inside, found, tool }));
  }
  return done;
}

/** SIGILL, SIGABRT, SIGBUS, SIGSEGV. */
const crashes: ReadonlySet<number> = new Set([132, 134, 135, 139]);

const noWay = 'the image has none of the programs it takes';

interface Field {
  readonly container: RunningContainer;
  readonly inside: Inside;
  readonly found: Found;
  readonly tool: Uint8Array;
}

async function carriedOut(attack: Attack, way: readonly Step[], field: Field): Promise<Attacked> {
  let output = '';
  let notApplicable: string | undefined;
  for (const step of way) {
    const result = await takeStep(step, field);
    if (result.output !== undefined) output = result.output;
    notApplicable ??= result.prevented;
    if (notApplicable !== undefined) break;
  }
  return { attack, notApplicable, told: await asShown(attack.told, field.inside), output: output.slice(-500) };
}

interface Stepped {
  readonly output?: string;
  /** What kept it from happening at all. */
  readonly prevented?: string;
}

async function takeStep(step: Step, { container, inside, found, tool }: Field): Promise<Stepped> {
  switch (step.do) {
    case 'drop': {
      const path = filledIn(step.path, found);
      try {
        const bytes =
          step.bytes === 'text'
            ? Buffer.from(step.text)
            : step.bytes === 'tool'
              ? tool
              : await marked(inside, found.library ?? '');
        await inside.put(path, bytes, 0o755);
        return {};
      } catch (error) {
        return { prevented: `${path} can not be written: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}` };
      }
    }
    case 'peer':
      // It answers once, and is gone with its time.
      void container.beside(['/bin/busybox', 'nc', '-l', '-p', String(step.port)], { timeout: 3_000 }).catch(() => {});
      await pause(limits.listening);
      return {};
    case 'exec': {
      const command = step.command.map((word) => filledIn(word, found));
      const user = step.as === 'root' ? { user: '0' } : step.as === 'other' ? { user: otherUser } : {};
      const { output, status } = await container.exec(command, { timeout: limits.step, ...user });
      const refused = /OCI runtime exec failed[^\n]*?: ([^:\n]+?)"?(?:: unknown)?$/m.exec(output);
      if (crashes.has(status)) return { output, prevented: `${command[0] ?? ''} crashed with status ${status}` };
      return refused === null ? { output } : { output, prevented: `it could not be started: ${refused[1] ?? ''}` };
    }
  }
}

async function marked(inside: Inside, library: string): Promise<Uint8Array> {
  return Buffer.concat([await inside.read(library, limits.library), Buffer.from('\nholdfast attack library\n')]);
}

/** A directory on the way may be a symlink. */
async function asShown(told: Told, inside: Inside): Promise<Told> {
  if (told.what !== 'file' && told.what !== 'program') return told;
  const cut = told.path.lastIndexOf('/');
  const directory = await inside.find(told.path.slice(0, cut));
  return directory === undefined ? told : { ...told, path: `${directory}${told.path.slice(cut)}` };
}
