import { HoldfastError } from '../../errors/index.ts';

/** Collects a repeated `NAME=VALUE`. @throws HoldfastError `usage` */
export function pair(value: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = value.indexOf('=');
  if (at <= 0) throw new HoldfastError('usage', 'NAME=VALUE is expected', { place: value.slice(0, 200) });
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

/** Collects a repeated option. */
export function many(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
