import { createHash } from 'node:crypto';
import type { FindingCodeName } from './finding-codes.ts';
import { fromOf } from './identity.ts';
import type { From, Identity, ManifestFile, ProcessInfo, Sight } from './model.ts';

/** What kind of thing ran: decides the first word of the code. */
export type Ran = 'exec' | 'library' | 'script';

/** One breach of identity, as the stream, the store and people see it. */
export type IdentityFinding = {
  readonly type: 'finding';
  readonly term: 'identity';
  /** `F-` and 16 hex digits: of container, code and file, so that the same thing has the same name after a restart. */
  readonly id: string;
  readonly time: string;
  /** `namespace/id` of containerd. */
  readonly container: string;
  /** Digest of the image the container runs; null = not known. */
  readonly image: string | null;
  readonly code: FindingCodeName;
  readonly process: ProcessInfo;
  readonly file: { readonly path: string; readonly sha256: string | null; readonly from: From };
  readonly why: string;
};

/** undefined: these bytes are the image's, or it could not be told (then coverage and identity say so). */
export function codeOf(ran: Ran, sight: Sight, identity: Identity): FindingCodeName | undefined {
  if (identity.verdict !== 'foreign') return undefined;
  if (sight.place === 'memfd') return `${ran}-from-memory`;
  if (sight.place === 'volume' || sight.place === 'host') return `${ran}-from-volume`;
  if (sight.place === 'tmpfs') return `${ran}-from-tmpfs`;
  if (sight.unlinked) return `${ran}-unlinked`;
  return identity.how === 'modified' ? `${ran}-modified` : `${ran}-not-in-image`;
}

const verbs: Readonly<Record<Ran, string>> = {
  exec: 'was executed',
  library: 'was mapped as code',
  script: 'was run by an interpreter',
};

/** One sentence that names the comparison that failed. */
export function whyOf(ran: Ran, sight: Sight, identity: Identity): string {
  const where = sight.path === '' ? 'a file without a name' : sight.path;
  const digest = sight.content.known ? `sha256 ${sight.content.sha256.slice(0, 12)}…` : 'unknown content';
  const from = fromOf(sight, identity);
  if (identity.verdict === 'foreign' && identity.how === 'modified')
    return `${where} ${verbs[ran]} with ${digest} from ${from}; ${inImage(identity.image)}`;
  if (!sight.content.known) return `${where} ${verbs[ran]} from ${from}; it was gone before its bytes could be read`;
  return `${where} ${verbs[ran]} from ${from}; no file of the image has ${digest}`;
}

function inImage(file: ManifestFile): string {
  const owner = file.package === undefined ? '' : `, package ${file.package}`;
  return `the image holds it with sha256 ${file.sha256.slice(0, 12)}… (layer ${file.layer}${owner})`;
}

/** Same container, code, and file or deed: same finding. */
export function findingId(container: string, code: string, subject: string, detail: string | null): string {
  const text = JSON.stringify([container, code, subject, detail]);
  return `F-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
