/**
 * The closed registry of error codes: what each means and what to do about it.
 * `docs/errors.md` is made from it, and a test keeps the two and the code's uses equal.
 * `exit` is the command's exit code: 1 no, 2 usage, 3 could not tell.
 */
export const codes = {
  usage: {
    exit: 2,
    meaning: 'The command line is not one this command takes.',
    remedy: 'Run it with --help and compare.',
  },
  'not-found': {
    exit: 3,
    meaning: 'A named file, image or container is not there.',
    remedy: 'Check the name; `holdfast status` lists containers.',
  },
  'digest-malformed': {
    exit: 2,
    meaning: 'A digest is not `sha256:` and 64 hex digits.',
    remedy: 'Correct the digest where the message points.',
  },
  'sensor-missing': {
    exit: 3,
    meaning: 'The sensor program was not found.',
    remedy: 'Run `make sensor`, or name it with HOLDFAST_SENSOR.',
  },
  'sensor-protocol': {
    exit: 3,
    meaning: 'The sensor speaks another version of the protocol.',
    remedy: 'Install the sensor and Holdfast from the same release.',
  },
  'sensor-silent': {
    exit: 3,
    meaning: 'The sensor ended or fell silent before it said hello.',
    remedy: 'Run `holdfast doctor` as root; its message names what the kernel refused.',
  },
  'sensor-stream-broken': {
    exit: 3,
    meaning: 'What the sensor sent can no longer be cut into frames.',
    remedy: 'Nothing: the sensor is started anew and the gap is stated. Report it if it comes back.',
  },
  internal: { exit: 3, meaning: 'Holdfast itself failed.', remedy: 'Report it with the message and the command.' },
} as const satisfies Record<string, CodeEntry>;

export interface CodeEntry {
  readonly exit: 1 | 2 | 3;
  readonly meaning: string;
  readonly remedy: string;
}

export type Code = keyof typeof codes;
