import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ManifestRow } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { hostPlatform, isDigest } from '../../oci/index.ts';
import type { Decision, Judged } from '../../policy/index.ts';
import type { ImageEvidence, ProvenanceAnswer, ProvenanceJudge, ProvenImage } from '../../watch/index.ts';

export interface ProvenanceFlags {
  readonly policy: readonly string[];
  readonly trustedRoot?: readonly string[];
  /** Options of `verify` that say how registries are reached, as they were given. */
  readonly registry: readonly string[];
}

const timeoutMillis = 60_000;
const mostOutput = 32 << 20;
const mostFaults = 20;
/** Files are looked at anew so often. */
const lookMillis = 2000;

/**
 * Asks `holdfast verify` in a process of its own that ends: schemas, policies and an HTTP client would double what the agent
 * holds, for work that comes once per image. It is asked for the digest that runs, under the name it was started by.
 */
export function provenanceChild(flags: ProvenanceFlags): ProvenanceJudge {
  const version = versionOf([...flags.policy, ...(flags.trustedRoot ?? [])]);
  return {
    version,
    async judge(image, signal) {
      try {
        return answerOf(JSON.parse(await ask(argumentsFor(image, flags), signal)) as Answer, image);
      } catch (error) {
        const { code, message } =
          error instanceof HoldfastError ? error : { code: 'internal', message: (error as Error).message };
        return undecided(code, message);
      }
    },
    async files(image, evidence, signal) {
      const answer = JSON.parse(await ask([...argumentsFor(image, flags), '--files', evidence], signal)) as Answer;
      const found = answer.evidence.find((one) => one.manifest === image.manifest);
      if (found?.rows === undefined)
        throw new HoldfastError('not-found', 'no signed file manifest', { place: evidence });
      return found.rows;
    },
  };
}

/** With its index where it was reached by one: then evidence there counts, too. */
function argumentsFor({ name, manifest, index }: ProvenImage, flags: ProvenanceFlags): readonly string[] {
  const { os, architecture } = hostPlatform();
  const at = name.indexOf('@');
  const image = `${at < 0 ? name : name.slice(0, at)}@${index ?? manifest}`;
  return [
    'verify',
    image,
    '--json',
    '--evidence',
    ...flags.policy.flatMap((file) => ['--policy', file]),
    ...(flags.trustedRoot ?? []).flatMap((file) => ['--trusted-root', file]),
    ...(index === undefined ? [] : ['--platform', `${os}/${architecture}`]),
    ...flags.registry,
  ];
}

/** @throws HoldfastError as `loadPolicies` */
export async function requirePolicies(files: readonly string[], signal: AbortSignal): Promise<void> {
  await ask(['policy', '--json', '--', ...files], signal);
}

/** What another verb answers, also where that is a no. @throws HoldfastError with the code that it ended with */
async function ask(args: readonly string[], signal: AbortSignal): Promise<string> {
  const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : '../main.js', import.meta.url));
  const program = ['--disable-warning=ExperimentalWarning', main, ...args];
  const options = { signal, timeout: timeoutMillis, killSignal: 'SIGKILL', maxBuffer: mostOutput } as const;
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, program, options, (error, stdout, stderr) => {
      if (error === null || (error.code === 1 && stdout !== '')) resolve(stdout);
      else if (error.killed === true) reject(new Error(`no answer in ${timeoutMillis / 1000} s`));
      else reject(failureIn(stderr));
    });
  });
}

function failureIn(stderr: string): Error {
  try {
    const { code, message, place } = JSON.parse(stderr) as Pick<HoldfastError, 'code' | 'message' | 'place'>;
    return new HoldfastError(code, message, place === undefined ? {} : { place });
  } catch {
    return new Error(stderr.slice(0, 500) || 'it ended without a word');
  }
}

type Answer = Judged & {
  readonly evidence: readonly (ImageEvidence & { readonly rows?: readonly ManifestRow[] })[];
};

function answerOf({ decisions, evidence }: Answer, { manifest }: ProvenImage): ProvenanceAnswer {
  const decision = decisions.find((one) => one.image.manifest === manifest);
  if (decision === undefined)
    return undecided('platform-not-found', `the index does not name ${manifest} for this host`);
  const faults = decision.checks
    .filter(({ status }) => status === 'fail' || status === 'unknown')
    .slice(0, mostFaults)
    .map(({ policy = null, check, code, reason }) => ({ policy, check, code, reason: reason.slice(0, 500) }));
  const used = evidence.find((one) => one.manifest === manifest);
  return {
    result: decision.result,
    cites: citesOf(decision),
    faults,
    ...(used === undefined ? {} : { evidence: used }),
  };
}

function citesOf({ id, checks }: Decision): ProvenanceAnswer['cites'] {
  return [...new Set([id, ...checks.flatMap(({ evidence }) => evidence)])].filter(isDigest);
}

function undecided(code: string, message: string): ProvenanceAnswer {
  return {
    result: 'undecided',
    cites: [],
    faults: [{ policy: null, check: 'evidence', code, reason: message.slice(0, 500) }],
  };
}

/** Times and sizes of the files: another text is another version. */
function versionOf(files: readonly string[]): () => string {
  let text = '';
  let until = 0;
  return () => {
    if (performance.now() < until) return text;
    until = performance.now() + lookMillis;
    text = files
      .map((file) => {
        const found = statSync(file, { throwIfNoEntry: false });
        return found === undefined ? 'gone' : `${found.mtimeMs} ${found.ino} ${found.size}`;
      })
      .join();
    return text;
  };
}
