import { isPrivate, parseAddress } from '../network/index.ts';
import type { Finder } from './spans.ts';

const identifiers: Finder = {
  rule: 'identifiers',
  expression: /(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])/g,
  placeholder: '{uuid}',
};

/** Names whose makers are known by what stands before the random part. */
const temporary: readonly Finder[] = [
  /(?<=(?:^|[._-])tmp[._-]?)[A-Za-z0-9_]{6,64}(?![A-Za-z0-9_])/g,
  /(?<=^cc)[A-Za-z0-9]{6}(?=\.(?:s|o|c|ld|le|res|ltrans)$)/g,
  /(?<=^pip-(?:[a-z]+-)*)[a-z0-9_]{8}$/g,
  /(?<=^npm-(?:[a-z0-9]+-)*)[A-Za-z0-9]{6,8}$/g,
].map((expression) => ({ rule: 'temporary-names', expression, placeholder: '{rnd}' }));

const suffix: Finder = {
  rule: 'temporary-names',
  expression: /(?<=[._-])[A-Za-z0-9]{6}$/g,
  placeholder: '{rnd}',
  accept: looksRandom,
};

/** Where everything is temporary. */
const anywhere: Finder = {
  rule: 'temporary-names',
  expression: /(?<![A-Za-z0-9_])[A-Za-z0-9_]{6,64}(?![A-Za-z0-9_])/g,
  placeholder: '{rnd}',
  accept: looksRandom,
};

const dates: readonly Finder[] = [
  {
    rule: 'dates',
    expression: /(?<!\d)(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/g,
    placeholder: '{date}',
  },
  {
    rule: 'dates',
    expression: /(?<=^[-_T.:]?)(?:[01]\d|2[0-3])([:_.-]?)[0-5]\d(?:\1[0-5]\d)?(?!\d)/g,
    placeholder: '{time}',
    after: '{date}',
  },
  // The fraction of a second, as in the directories of mounted secrets.
  { rule: 'dates', expression: /(?<=^\.)\d{1,20}(?![\d.])/g, placeholder: '{n}', after: '{time}' },
  {
    rule: 'dates',
    expression: /(?<!\d)(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?!\d)/g,
    placeholder: '{time}',
  },
];

const addresses: Finder = {
  rule: 'addresses',
  expression: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
  placeholder: '{ip}',
  accept: (found) => {
    const address = parseAddress(found);
    return address !== undefined && isPrivate(address);
  },
};

/** `20261124130357`, as `date +%Y%m%d%H%M%S` writes it, with or without the seconds. */
const moment: Finder = {
  rule: 'dates',
  expression: /(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}(?!\d)/g,
  placeholder: '{n}',
};

/** Seconds since 1970 until 2033, with three, six or nine more digits or none. */
const epoch: Finder = {
  rule: 'dates',
  expression: /(?<![0-9A-Za-z.])1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?(?![0-9A-Za-z])/g,
  placeholder: '{n}',
};

const podNames: Finder = {
  rule: 'pod-names',
  expression: /(?<=[a-z0-9]-)[bcdfghjklmnpqrstvwxz2456789]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}$/g,
  placeholder: '{pod}',
};

const digests: Finder = {
  rule: 'digests',
  expression: /(?<![0-9A-Za-z])[0-9A-Fa-f]{8,128}(?![0-9A-Za-z])/g,
  placeholder: '{hex}',
  accept: (found) => (/\d/.test(found) && /[A-Fa-f]/.test(found)) || found.length >= 16,
};

/** `0000`, `000A`: counters written in hex, with zeros in front. */
const padded: Finder = {
  rule: 'digests',
  expression: /(?<![0-9A-Za-z])0[0-9A-Fa-f]{3,127}(?![0-9A-Za-z])/g,
  placeholder: '{hex}',
};

const versions: Finder = { rule: 'versions', expression: /\d{1,20}(?:\.\d{1,20}){1,7}/g, placeholder: '{ver}' };

const numbers: Finder = { rule: 'numbers', expression: /\d{1,20}/g, placeholder: '{n}' };

/** `fullchain3.pem`: each renewal of a certificate is the next. */
const renewals: Finder = {
  rule: 'renewals',
  expression: /(?<=^(?:cert|chain|fullchain|privkey))\d{1,20}(?=\.pem$)/g,
  placeholder: '{n}',
};

/** `temporary`: all below is; `exact`: a number in a name there tells one thing from another. */
export type NamePlace = 'temporary' | 'exact' | 'other';

/** For a file's name. */
export function nameFinders(place: NamePlace): readonly Finder[] {
  return [
    identifiers,
    ...temporary,
    ...dates,
    addresses,
    podNames,
    digests,
    padded,
    suffix,
    ...(place === 'temporary' ? [anywhere] : []),
    ...(place === 'exact' ? [renewals] : [versions, numbers]),
  ];
}

/** For a part of an argument: small numbers and versions mean something there. */
export const argumentFinders: readonly Finder[] = [
  identifiers,
  ...temporary,
  ...dates,
  moment,
  epoch,
  addresses,
  podNames,
  digests,
];

/** Letters and digits mixed, or capitals in the middle: nobody's word. */
function looksRandom(text: string): boolean {
  const mixed = /[A-Za-z]/.test(text) && /\d/.test(text);
  // A word with a number behind it is one (`worker12`); so is one with a capital in front.
  if (mixed) return !/^[A-Za-z]+\d{1,5}$/.test(text) || text.length === 6;
  return /[a-z]/.test(text) && /[A-Z]/.test(text.slice(1)) && !/^(?:[A-Z]?[a-z]{2,})+$/.test(text);
}
