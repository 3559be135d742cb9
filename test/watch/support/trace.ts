import { readFileSync } from 'node:fs';

/** One system call that succeeded, as strace printed it. */
export interface Call {
  readonly pid: number;
  readonly name: string;
  readonly args: string;
  readonly result: string;
}

/**
 * Calls of the container's own processes in a trace of its runtime: from the exec of `program` by the process that was
 * `runc init`, and of all that it started. strace was run with `-f -y --decode-pids=pidns`.
 */
export function callsOf(file: string, program: string): readonly Call[] {
  const all = [...parse(readFileSync(file, 'latin1'))];
  const start = all.findIndex((call) => call.name === 'execve' && pathOf(call) === program);
  const later = start < 0 ? [] : all.slice(start);
  const first = later[0];
  if (first === undefined) throw new Error(`${program} was not executed`);
  const children = later.flatMap((call) => {
    const child = /(\d+) in strace's PID NS/.exec(call.result)?.[1];
    return /^(clone3?|v?fork)$/.test(call.name) && child !== undefined ? [[call.pid, Number(child)] as const] : [];
  });
  const inside = new Set([first.pid]);
  // A child may run, and have children, before its parent's call returns.
  for (let before = 0; before !== inside.size; ) {
    before = inside.size;
    for (const [parent, child] of children) if (inside.has(parent)) inside.add(child);
  }
  return later.filter((call) => inside.has(call.pid));
}

/** The first string among the arguments: the path as the program gave it. */
export function pathOf(call: Call): string {
  return /"((?:[^"\\]|\\.)*)"/.exec(call.args)?.[1] ?? '';
}

/** The path that the kernel shows for a descriptor, `3</etc/hosts>`; without the mark of a removed file. */
export function descriptorPath(text: string): string | undefined {
  return /\d+<(\/[^>]*)>/.exec(text)?.[1];
}

function* parse(text: string): Generator<Call> {
  const begun = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, pid = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = /^(.*) <unfinished \.\.\.>$/.exec(rest);
    if (unfinished !== null) {
      begun.set(pid, unfinished[1] ?? '');
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest);
    const whole = resumed === null ? rest : `${begun.get(pid) ?? ''}${resumed[1] ?? ''}`;
    const [, name, args, result] = /^(\w+)\((.*)\) += (.*)$/.exec(whole) ?? [];
    if (name === undefined || args === undefined || result === undefined || result.startsWith('-1')) continue;
    yield { pid: Number(pid), name, args, result };
  }
}
