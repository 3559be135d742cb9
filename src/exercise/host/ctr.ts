import { type ChildProcess, spawn } from 'node:child_process';
import { HoldfastError } from '../../errors/index.ts';
import type { ExecResult } from '../model.ts';
import { type CommandOptions, runCommand } from './command.ts';

/** containerd's own client: it makes, runs and removes what is exercised. */
export class Ctr {
  private readonly address: readonly string[];

  constructor(socket: string, namespace: string) {
    this.address = ['--address', socket, '--namespace', namespace];
  }

  /** The words of a whole command line. */
  words(args: readonly string[]): readonly string[] {
    return ['ctr', ...this.address, ...args];
  }

  /** @throws HoldfastError `exercise-tool-missing`; the signal's reason */
  async try(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<ExecResult> {
    const usual = { signal: new AbortController().signal, timeout: 60_000 };
    return await runCommand('ctr', [...this.address, ...args], { ...usual, ...options });
  }

  /** What it said. @throws as `try`; HoldfastError `containerd-refused` where it fails */
  async run(args: readonly string[], options: Partial<CommandOptions> = {}): Promise<string> {
    const { status, output, timedOut } = await this.try(args, options);
    if (status === 0) return output;
    const why = timedOut ? 'it did not end in time' : output.slice(-1000);
    throw new HoldfastError('containerd-refused', `ctr ${args.slice(0, 2).join(' ')}: ${why}`);
  }

  /** Starts it, not to be killed by a Ctrl-C of the terminal: whoever starts it ends it in order. */
  start(args: readonly string[]): ChildProcess {
    return spawn('ctr', [...this.address, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }
}
