import type { ServerResponse } from 'node:http';
import { hexOf } from '../../src/oci/index.ts';
import { buildImage } from '../../test/support/image.ts';
import { type Intercept, testRegistry } from '../../test/support/registry/server.ts';
import { pushImage } from '../../test/support/repository.ts';
import { time } from '../timed.ts';
import type { EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';

/** `holdfast verify` as a whole process against a registry that sends too much. */
export interface BoundRow {
  readonly what: string;
  /** Of the error, or `allowed`. */
  readonly answer: string;
  readonly seconds: number;
  readonly peakKib: number;
  readonly sentBytes: number;
  readonly requests: number;
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const pageEntries = 1000;

/** Every page of a list of referrers that are not there; they end behind `most`. */
function listOf(most: number, sent: (bytes: number) => void): Intercept {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://registry');
    if (!url.pathname.includes('/referrers/')) return false;
    const from = Number(url.searchParams.get('from') ?? '0');
    const count = Math.min(pageEntries, most - from);
    const manifests = Array.from({ length: count }, (_, at) => ({
      mediaType: manifestType,
      digest: `sha256:${(from + at).toString(16).padStart(64, '0')}`,
      size: 700,
      artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    }));
    const body = JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests });
    const next = from + count < most ? { link: `<${url.pathname}?from=${from + count}>; rel="next"` } : {};
    sent(body.length);
    response.writeHead(200, { 'content-type': indexType, ...next }).end(body);
    return true;
  };
}

/** One list that never ends. */
function endless(sent: (bytes: number) => void): Intercept {
  return (request, response) => {
    if (request.url?.includes('/referrers/') !== true) return false;
    response.writeHead(200, { 'content-type': indexType });
    response.write(`{"schemaVersion":2,"mediaType":"${indexType}","manifests":[`);
    flood(response, sent);
    return true;
  };
}

function flood(response: ServerResponse, sent: (bytes: number) => void): void {
  const part = Buffer.alloc(64 << 10, ' ');
  const more = (): void => {
    while (!response.destroyed) {
      sent(part.length);
      if (!response.write(part)) return void response.once('drain', more);
    }
  };
  more();
}

/** The largest resident set of a verification that is refused at a bound, beside one that has nothing to refuse. */
export async function bounded(
  ground: EvidenceGround,
  image: BenchImage,
  progress: (line: string) => void,
): Promise<readonly BoundRow[]> {
  progress('memory at the bounds');
  const [registry] = ground.registries;
  if (registry === undefined) throw new Error('no registry');
  const { reference } = await ground.publish(registry, `bench/${image.name}`, image);
  const usual = await time(ground.holdfast('verify', reference, '--policy', ground.policyFile), {
    env: ground.environment,
  });
  const rows: BoundRow[] = [{ what: 'five attestations', answer: 'allowed', ...usual, sentBytes: 0, requests: 0 }];
  rows.push(await refused(ground, 'ten thousand referrers', (sent) => listOf(10_000, sent)));
  rows.push(await refused(ground, 'pages without end', (sent) => listOf(Number.POSITIVE_INFINITY, sent)));
  rows.push(await refused(ground, 'a list without end', endless));
  return rows.map(({ what, answer, seconds, peakKib, sentBytes, requests }) => ({
    what,
    answer,
    seconds,
    peakKib,
    sentBytes,
    requests,
  }));
}

async function refused(
  ground: EvidenceGround,
  what: string,
  registryThat: (sent: (bytes: number) => void) => Intercept,
): Promise<BoundRow> {
  await using registry = await testRegistry();
  await using repository = await ground.open(registry.host, 'bench/much');
  const { digest } = await pushImage(repository, buildImage({ layers: [{ files: [] }] }), 'v1');
  let sentBytes = 0;
  const before = registry.requests.length;
  registry.intercept = registryThat((bytes) => {
    sentBytes += bytes;
  });
  const reference = `${registry.host}/bench/much@sha256:${hexOf(digest)}`;
  const command = ground.holdfast('verify', reference, '--policy', ground.policyFile, '--json');
  const { seconds, peakKib, stderr } = await time(command, { env: ground.environment, expected: [3] });
  const { code } = JSON.parse(stderr) as { readonly code: string };
  return { what, answer: code, seconds, peakKib, sentBytes, requests: registry.requests.length - before };
}
