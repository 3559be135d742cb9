import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { demoImage } from '../scripts/demo/image.ts';
import { cacheDirectory } from '../test/support/roots.ts';
import { slowdown, spread } from './statistics.ts';
import { type Timed, time } from './timed.ts';

const run = promisify(execFile);
const syftModule = 'github.com/anchore/syft/cmd/syft@v1.57.0';

export interface SbomRow {
  readonly archiveBytes: number;
  readonly unpackedBytes: number;
  readonly holdfast: Tool;
  /** Or why there is none. */
  readonly syft: Tool | string;
  /** How many times as long syft takes, by round. */
  readonly ratio?: number;
  /** Packages that syft names and we do not. */
  readonly missing?: readonly string[];
}

export interface Tool {
  readonly seconds: number;
  readonly peakKib: number;
  readonly packages: number;
}

/** SBOM of the demo's Debian image from an OCI archive, by us and by syft in turn, each as a whole process. */
export async function sbom(scratch: string, rounds: number, progress: (line: string) => void): Promise<SbomRow> {
  const layout = await demoImage(AbortSignal.timeout(600_000), progress);
  const archive = join(scratch, 'demo.tar');
  // Without "./" before the names: syft does not find them so.
  execFileSync('tar', ['-C', layout, '-cf', archive, 'oci-layout', 'index.json', 'blobs']);
  const ours = [process.execPath, join(import.meta.dirname, '../dist/cli/main.js'), 'sbom', `oci-archive:${archive}`];
  const syft = await buildSyft(progress);
  const theirs =
    syft.path === undefined
      ? undefined
      : [syft.path, '--quiet', '--output', 'cyclonedx-json', `oci-archive:${archive}`];
  const samples = { ours: [] as Timed[], theirs: [] as Timed[] };
  for (let round = 0; round <= rounds; round += 1) {
    for (const who of round % 2 === 0 ? (['ours', 'theirs'] as const) : (['theirs', 'ours'] as const)) {
      const command = who === 'ours' ? ours : theirs;
      if (command === undefined) continue;
      const timed = await time(command);
      if (round > 0) samples[who].push(timed);
      progress(`sbom, round ${round} of ${rounds}, ${who}: ${timed.seconds.toFixed(2)} s`);
    }
  }
  const contents = JSON.parse(
    await output([...ours.slice(0, 2), 'contents', `oci-archive:${archive}`, '--json']),
  ) as Contents;
  const row = {
    archiveBytes: statSync(archive).size,
    unpackedBytes: contents.files.reduce((sum, { size }) => sum + size, 0),
    holdfast: tool(samples.ours),
  };
  if (theirs === undefined) return { ...row, syft: syft.why ?? 'not built' };
  const [own, other] = [last(samples.ours), last(samples.theirs)].map((timed) => purls(timed.stdout));
  return {
    ...row,
    syft: tool(samples.theirs),
    ratio: 1 + slowdown(seconds(samples.ours), seconds(samples.theirs)).median / 100,
    missing: [...(other ?? [])].filter((purl) => own?.has(purl) !== true),
  };
}

interface Contents {
  readonly files: readonly { readonly size: number }[];
}

async function output(command: readonly string[]): Promise<string> {
  const [program = '', ...args] = command;
  return (await run(program, args, { maxBuffer: 256 << 20 })).stdout;
}

const seconds = (samples: readonly Timed[]) => samples.map((timed) => timed.seconds);

function last(samples: readonly Timed[]): Timed {
  const timed = samples.at(-1);
  if (timed === undefined) throw new Error('no rounds');
  return timed;
}

function tool(samples: readonly Timed[]): Tool {
  return {
    seconds: spread(seconds(samples)).median,
    peakKib: spread(samples.map((timed) => timed.peakKib)).median,
    packages: purls(last(samples).stdout).size,
  };
}

/** Packages of a CycloneDX document, without the qualifiers, which tools choose differently. */
function purls(document: string): ReadonlySet<string> {
  const { components } = JSON.parse(document) as {
    readonly components: readonly { readonly type: string; readonly purl?: string }[];
  };
  return new Set(
    components.flatMap(({ purl }) => (purl === undefined ? [] : [decodeURIComponent(purl.replace(/[?#].*$/, ''))])),
  );
}

/** Built once from the Go proxy, kept in the cache folder; without Go the row says so. */
async function buildSyft(progress: (line: string) => void): Promise<{ readonly path?: string; readonly why?: string }> {
  const bin = join(cacheDirectory(), 'tools/bin');
  const path = join(bin, 'syft');
  if (existsSync(path)) return { path };
  mkdirSync(bin, { recursive: true });
  progress('building syft (minutes, once)');
  try {
    await run('go', ['install', syftModule], { env: { ...process.env, GOBIN: bin }, maxBuffer: 64 << 20 });
    return { path };
  } catch (error) {
    return { why: `syft could not be built: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}` };
  }
}
