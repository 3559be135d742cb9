import { paragraphsOf } from './fields.ts';

export interface PythonMetadata {
  /** As its author writes it. */
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly string[];
}

const wanted = new Set(['name', 'version', 'license', 'license-expression']);

/** METADATA or PKG-INFO: headers, then the description. Undefined without a usable name and version. */
export function readMetadata(text: string): PythonMetadata | undefined {
  const fields = paragraphsOf(text, wanted).next().value?.fields;
  const name = fields?.get('name') ?? '';
  const version = fields?.get('version') ?? '';
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(name) || !/^[\x21-\x7e]+$/.test(version)) return undefined;
  const license = fields?.get('license-expression') ?? fields?.get('license') ?? '';
  const told = license !== '' && license !== 'UNKNOWN' && license.length <= 100 && !license.includes('\n');
  return { name, version, licenses: told ? [license] : [] };
}

/** One spelling for names that mean the same project. PEP 503. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}
