import { HoldfastError } from '../errors/index.ts';
import { nameFromBytes } from './name.ts';

/**
 * Components of a tar entry's name: `./a//b/` and `/a/b` are both a, b; the root is none. `..` is refused even where it
 * would stay inside: no builder writes it.
 * @throws HoldfastError `tar-path`, `tar-limit-depth`
 */
export function componentsOf(name: Uint8Array, depth: number, place: string): readonly string[] {
  if (name.length === 0) throw new HoldfastError('tar-path', 'an entry without a name', { place });
  if (name.includes(0)) throw new HoldfastError('tar-path', 'a name with NUL', { place });
  const parts = nameFromBytes(name)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new HoldfastError('tar-path', 'a name with ..', { place });
  if (parts.length > depth) throw new HoldfastError('tar-limit-depth', `${parts.length} directories deep`, { place });
  return parts;
}
