import type { Step } from './model.ts';

/** Where attacks put their program. */
export const tool = '/tmp/busybox-hf';

export const dropTool: Step = { do: 'drop', path: tool, bytes: 'tool' };

/** Something worth stealing, where the image has none. */
export function plant(path: string): Step {
  return text(path, 'planted by an attack test\n');
}

export function text(path: string, content: string): Step {
  return { do: 'drop', path, bytes: 'text', text: content };
}

export function exec(...command: readonly string[]): Step {
  return { do: 'exec', command };
}

export function asRoot(...command: readonly string[]): Step {
  return { do: 'exec', command, as: 'root' };
}
