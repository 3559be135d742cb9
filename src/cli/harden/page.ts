import { type Amount, type Cut, sentenceOf } from '../../harden/index.ts';
import { printable, table } from '../output/index.ts';
import type { HardenedImage } from './harden-image.ts';

/** For people. */
export function hardenedPage(
  { target, cut, tests, evidence }: HardenedImage,
  explained: readonly string[],
  profileOut: string | undefined,
): string {
  const columns = [{ title: '' }, ...['before', 'after', 'less'].map((title) => ({ title, align: 'right' as const }))];
  const { before, after } = cut;
  const rows = [
    row('bytes', before.bytes, after.bytes, (bytes) => `${(bytes / 1e6).toFixed(1)} MB`),
    row('files', before.files, after.files, String),
    row('packages', before.packages, after.packages, String),
  ];
  const lines = [
    `hardened ${printable(target)}`,
    `  ${cut.manifest.digest}`,
    `  tests      ${tests === undefined ? 'none were run: it is not attested' : `${tests.passed} of ${tests.ran} passed on it`}`,
    ...(evidence === undefined ? [] : [`  attested   ${evidence}`]),
    ...cut.unresolved.slice(0, 10).map(({ path, what }) => `  unresolved ${printable(path)}: ${printable(what)}`),
    ...explained.map((path) => `  ${printable(path)}: ${explanation(cut, path)}`),
    next(target, profileOut, evidence),
  ];
  return `${table(columns, rows)}\n${lines.join('\n')}\n`;
}

function row(name: string, before: number, after: number, text: (value: number) => string): readonly string[] {
  const less = before === 0 ? 0 : Math.round((1 - after / before) * 100);
  return [name, text(before), text(after), `${less} %`];
}

function explanation({ reasons }: Cut, path: string): string {
  const reason = reasons.get(path);
  return reason === undefined ? 'went, or was never there' : `stays: ${printable(sentenceOf(reason))}`;
}

function next(target: string, profileOut: string | undefined, evidence: string | undefined): string {
  const profile = profileOut ?? 'the profile of --profile-out';
  const hardened = evidence === undefined ? '' : ' --require-hardened';
  return `  next       holdfast seal ${printable(target)}${hardened} --profile ${printable(profile)}`;
}

/** For machines. */
export function hardenedDocument(
  { target, cut, tests, evidence }: HardenedImage,
  explained: readonly string[],
): object {
  const { base, manifest, before, after, removed, kept, unresolved, reasons } = cut;
  return {
    type: 'hardened',
    image: target,
    digest: manifest.digest,
    base,
    before: amount(before),
    after: amount(after),
    removed: purls(removed),
    kept: purls(kept),
    unresolved,
    tests: tests ?? null,
    evidence: evidence ?? null,
    explained: explained.map((path) => ({ path, stays: reasons.has(path), reason: reasons.get(path) ?? null })),
  };
}

function purls(all: readonly { readonly purl: string }[]): readonly string[] {
  return all.map(({ purl }) => purl).sort();
}

function amount({ bytes, files, packages }: Amount): Amount {
  return { bytes, files, packages };
}
