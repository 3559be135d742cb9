import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const rules = [
  ['-a', 'always,exit', '-F', 'arch=b64', '-S', 'execve,execveat', '-k', 'holdfast-bench'],
  ['-a', 'always,exit', '-F', 'arch=b64', '-S', 'open,openat,openat2', '-k', 'holdfast-bench'],
];

/** Debian's auditd with rules for every exec and open: the usual way to know what ran. Own configuration and log. */
export class Audit {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(scratch: string): Promise<Audit> {
    const directory = join(scratch, 'audit');
    mkdirSync(join(directory, 'plugins.d'), { recursive: true, mode: 0o700 });
    const settings = [
      `log_file = ${join(directory, 'audit.log')}`,
      'log_format = RAW',
      'flush = INCREMENTAL_ASYNC',
      'freq = 50',
      'max_log_file = 64',
      'num_logs = 2',
      'max_log_file_action = ROTATE',
      'space_left = 75',
      'space_left_action = IGNORE',
      'admin_space_left = 50',
      'admin_space_left_action = IGNORE',
      'disk_full_action = IGNORE',
      'disk_error_action = IGNORE',
      `plugin_dir = ${join(directory, 'plugins.d')}`,
      'write_logs = yes',
    ];
    writeFileSync(join(directory, 'auditd.conf'), `${settings.join('\n')}\n`, { mode: 0o600 });
    const child = spawn('auditd', ['-n', '-c', directory], { stdio: 'ignore' });
    await sleep(300);
    if (child.exitCode !== null) throw new Error(`auditd ended with ${child.exitCode}`);
    auditctl(['-b', '65536']);
    for (const rule of rules) auditctl(rule);
    auditctl(['-e', '1']);
    return new Audit(child);
  }

  async stop(): Promise<void> {
    auditctl(['-D', '-k', 'holdfast-bench']);
    auditctl(['-e', '0']);
    auditctl(['-b', '64']);
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGTERM');
    await ended;
  }
}

function auditctl(args: readonly string[]): void {
  execFileSync('auditctl', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
