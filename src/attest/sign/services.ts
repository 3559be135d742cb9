import { HoldfastError } from '../../errors/index.ts';
import { type Fields, fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import { attestLimits } from '../limits.ts';

export interface LogService {
  readonly url: string;
  readonly version: 1 | 2;
}

/** The services that take part in a signature. None is ever taken that was not named. */
export interface SigningServices {
  /** Needed for keyless only. */
  readonly fulcio?: string;
  readonly logs: readonly LogService[];
  readonly timestampAuthorities: readonly string[];
}

const code = 'signing-config-malformed';

interface Service {
  readonly url: string;
  readonly version: number;
  readonly start: number;
  readonly operator: string;
}

function serviceIn(fields: Fields): Service | undefined {
  const validity = fields.optionalObject('validFor');
  const at = (key: string): number | undefined => {
    const text = validity?.optionalText(key);
    return text === undefined ? undefined : Date.parse(text);
  };
  const start = at('start') ?? 0;
  const end = at('end') ?? Number.POSITIVE_INFINITY;
  const now = Date.now();
  // NaN, too, is not a time at which a service may be used.
  if (!(start <= now && now <= end)) return undefined;
  const url = fields.text('url');
  if (!URL.canParse(url)) throw fields.refuse('url is not a URL');
  return {
    url,
    version: Number(fields.count('majorApiVersion')),
    start,
    operator: fields.optionalText('operator') ?? url,
  };
}

/** Usable now and of a version we speak, newest first, one for each operator. */
function servicesIn(fields: Fields, key: string, most: number): readonly Service[] {
  const usable = fields
    .objects(key, 32)
    .flatMap((service) => serviceIn(service) ?? [])
    .filter(({ version }) => version >= 1 && version <= most)
    .sort((a, b) => b.version - a.version || b.start - a.start);
  return usable.filter(({ operator }, index) => usable.findIndex((other) => other.operator === operator) === index);
}

/** sigstore_trustroot.proto, ServiceSelector. */
function selected(fields: Fields, key: string, services: readonly Service[]): readonly Service[] {
  const config = fields.optionalObject(key);
  if (config === undefined) return [];
  const selector = config.text('selector');
  const count = { ANY: 1, ALL: services.length, EXACT: Number(config.count('count')) }[selector];
  if (count === undefined) throw config.refuse(`unknown selector ${selector.slice(0, 40)}`);
  if (services.length < count || (selector === 'ALL' && count === 0))
    throw config.refuse('fewer services than it asks for');
  return services.slice(0, count);
}

/**
 * A Sigstore signing configuration, version 0.2 (sigstore_trustroot.proto, SigningConfig).
 * @throws HoldfastError `signing-config-malformed`
 */
export function parseSigningConfig(bytes: Uint8Array, place: string): SigningServices {
  if (bytes.length > attestLimits.rootBytes) throw new HoldfastError(code, 'too long', { place });
  const fields = fieldsOf(parseStrictJson(bytes, code, place), code, place);
  const mediaType = fields.text('mediaType');
  if (mediaType !== 'application/vnd.dev.sigstore.signingconfig.v0.2+json') {
    throw fields.refuse(`not a signing configuration of version 0.2: ${mediaType.slice(0, 100)}`);
  }
  const fulcio = servicesIn(fields, 'caUrls', 1)[0]?.url;
  return {
    ...(fulcio === undefined ? {} : { fulcio }),
    logs: selected(fields, 'rekorTlogConfig', servicesIn(fields, 'rekorTlogUrls', 2)).map(({ url, version }) => ({
      url,
      version: version === 2 ? 2 : 1,
    })),
    timestampAuthorities: selected(fields, 'tsaConfig', servicesIn(fields, 'tsaUrls', 1)).map(({ url }) => url),
  };
}
