import { HoldfastError } from '../../errors/index.ts';

/** Reads a line from the terminal without showing it. */
async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.resume();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let typed = '';
  const read = (chunk: Buffer): void => {
    for (const mark of chunk.toString('utf8')) {
      if (mark === '\r' || mark === '\n' || mark === '\u0004') resolve(typed);
      else if (mark === '\u0003') reject(new DOMException('interrupted', 'AbortError'));
      else if (mark === '\u007f' || mark === '\b') typed = typed.slice(0, -1);
      else typed += mark;
    }
  };
  stdin.on('data', read);
  try {
    return await promise;
  } finally {
    stdin.off('data', read);
    stdin.setRawMode(false);
    stdin.pause();
    stderr.write('\n');
  }
}

/** What the environment says, undefined where it says nothing; an empty passphrase is one, too. */
function ambient(): string | undefined {
  return process.env['HOLDFAST_KEY_PASSWORD'] ?? process.env['COSIGN_PASSWORD'];
}

/**
 * The passphrase of an encrypted key: HOLDFAST_KEY_PASSWORD, COSIGN_PASSWORD, else whoever sits at the terminal.
 * @throws HoldfastError `key-passphrase` where nobody does
 */
export async function passphrase(place: string): Promise<string> {
  const given = ambient();
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new HoldfastError('key-passphrase', 'the key is encrypted', { place });
  return ask(`Passphrase of ${place}: `);
}

/** One for a new key, typed twice. @throws HoldfastError `key-passphrase` */
export async function newPassphrase(place: string): Promise<string> {
  const given = ambient();
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new HoldfastError('key-passphrase', 'a new key needs one', { place });
  const first = await ask(`New passphrase of ${place}: `);
  if ((await ask('Once more: ')) === first) return first;
  throw new HoldfastError('key-passphrase', 'the two are not the same', { place });
}
