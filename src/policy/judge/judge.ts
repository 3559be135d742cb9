import { HoldfastError } from '../../errors/index.ts';
import {
  type Descriptor,
  type Digest,
  isDigest,
  type Platform,
  parseSource,
  type Repository,
} from '../../oci/index.ts';
import type { DecisionContext, SeenImage } from '../decision.ts';
import { type ImageName, imageName } from '../images/name.ts';
import { decideExamined } from './decide-image.ts';
import { type Examined, examine } from './examine.ts';
import type { Judged, Judgement } from './judgement.ts';
import { type LaneLimits, Lanes } from './lanes.ts';
import { type Lifetime, Memory } from './memory.ts';
import type { PolicySet } from './policy-set.ts';
import { undecided } from './undecided.ts';

/** A name in a registry, as `parseSource` reads it. */
export interface RegistryImage {
  readonly host: string;
  readonly repository: string;
  readonly reference: string;
}

export interface JudgeTimes {
  /** What a tag stands for. A tag that is asked for all the time is renewed before anybody waits for it. */
  readonly tag: Lifetime;
  /** What is attached to a digest. Signatures do not stop being true; new evidence is seen when it is renewed. */
  readonly evidence: Lifetime;
  /** A yes: time passes, so ages and windows are looked at anew. */
  readonly allowed: Lifetime;
  readonly denied: Lifetime;
  readonly failureMs: number;
  readonly workMs: number;
}

export const judgeTimes: JudgeTimes = {
  tag: { fresh: 5_000, usable: 10_000 },
  evidence: { fresh: 300_000, usable: 86_400_000 },
  allowed: { fresh: 15_000, usable: 60_000 },
  denied: { fresh: 2_000, usable: 5_000 },
  failureMs: 2_000,
  workMs: 60_000,
};

const lanes: LaneLimits = { perLane: 8, total: 48, waiting: 512 };
const capacity = 4096;
/** Characters of statements kept in memory. */
const evidenceWeight = 256 << 20;

/** What was worked for, for whoever counts. */
export type JudgeEvent =
  | { readonly type: 'resolved'; readonly outcome: 'done' | 'failed'; readonly seconds: number }
  | { readonly type: 'verified'; readonly outcome: 'done' | 'failed'; readonly seconds: number };

export interface JudgeOptions {
  readonly policies: PolicySet;
  /** A connection of its own for each piece of work; disposed of after it. */
  readonly open: (image: RegistryImage, signal: AbortSignal) => Promise<Repository>;
  readonly platforms?: readonly Platform[];
  /** Images admitted before under a name; without it nothing is remembered. */
  readonly seen?: (name: ImageName) => readonly SeenImage[];
  readonly context?: Omit<DecisionContext, 'now' | 'seen'>;
  readonly times?: Partial<JudgeTimes>;
  readonly lanes?: Partial<LaneLimits>;
  readonly observe?: (event: JudgeEvent) => void;
}

/** Judges images by their references, from memory where it can. It never throws for what an image or registry does. */
export interface Judge extends AsyncDisposable {
  /** The answer, or `undecided` with `retry` when the signal says that there is no time left: the work goes on. */
  judge(reference: string, signal: AbortSignal): Promise<Judgement>;
  /** What is known now; asks nobody. Only of images named by digest. */
  known(reference: string): Judged | undefined;
  /** From now on by these. What was verified stays, as far as the trust is the same. */
  replacePolicies(policies: PolicySet): void;
  readonly policies: PolicySet;
  /** Pieces of work under way. */
  readonly running: number;
}

export function openJudge(options: JudgeOptions): Judge {
  return new CachedJudge(options);
}

class CachedJudge implements Judge {
  policies: PolicySet;
  readonly #options: JudgeOptions;
  readonly #times: JudgeTimes;
  readonly #closing = new AbortController();
  readonly #lanes: Lanes;
  readonly #tags: Memory<Descriptor>;
  readonly #examined: Memory<Examined>;
  readonly #judged: Memory<Judged>;

  constructor(options: JudgeOptions) {
    this.#options = options;
    this.policies = options.policies;
    this.#times = { ...judgeTimes, ...options.times };
    this.#lanes = new Lanes({ ...lanes, ...options.lanes });
    const { tag, evidence, allowed, denied, failureMs, workMs } = this.#times;
    const closing = this.#closing.signal;
    const shared = { capacity, failureMs, workMs, closing, clock: () => performance.now() };
    this.#tags = new Memory({ ...shared, lifetime: () => tag });
    this.#examined = new Memory({
      ...shared,
      lifetime: () => evidence,
      weight: weightOf,
      capacityWeight: evidenceWeight,
    });
    // What fails is remembered where it failed.
    this.#judged = new Memory({
      ...shared,
      failureMs: 0,
      lifetime: ({ result }) => (result === 'allow' ? allowed : denied),
    });
  }

  get running(): number {
    return this.#tags.running + this.#examined.running;
  }

  async judge(reference: string, signal: AbortSignal): Promise<Judgement> {
    const { policies } = this;
    let about: { name?: ImageName; digest?: Digest } = {};
    try {
      const image = registryImage(reference);
      const name = imageName(reference);
      about = { name };
      const digest = isDigest(image.reference) ? image.reference : (await until(this.#resolve(image), signal)).digest;
      about = { name, digest };
      return await until(this.#judge({ ...image, reference: digest }, name, digest, policies), signal);
    } catch (error) {
      return undecided(error, { ...about, policies, late: signal.aborted });
    }
  }

  known(reference: string): Judged | undefined {
    try {
      const image = registryImage(reference);
      if (!isDigest(image.reference)) return undefined;
      return this.#judged.peek(this.#judgedKey(imageName(reference), image.reference, this.policies));
    } catch {
      return undefined;
    }
  }

  replacePolicies(policies: PolicySet): void {
    this.policies = policies;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new DOMException('the judge is closed', 'AbortError'));
  }

  #resolve(image: RegistryImage): Promise<Descriptor> {
    const key = `${image.host}/${image.repository}:${image.reference}`;
    return this.#tags.get(key, (signal) =>
      this.#work('resolved', image, signal, (repository) => repository.resolve(image.reference, signal)),
    );
  }

  #judge(image: RegistryImage, name: ImageName, digest: Digest, policies: PolicySet): Promise<Judged> {
    const key = `${policies.trustDigest} ${name}@${digest}`;
    const load = (signal: AbortSignal): Promise<Examined> => this.#examine(image, name, policies, signal);
    return this.#judged.get(this.#judgedKey(name, digest, policies), async () => {
      const judged = this.#decide(await this.#examined.get(key, load), name, policies);
      // A no is only given on evidence of this moment: what was missing may have been attached.
      if (judged.admitted && judged.result === 'allow') return judged;
      if ((this.#examined.age(key) ?? 0) < this.#times.denied.fresh) return judged;
      return this.#decide(await this.#examined.renew(key, load), name, policies);
    });
  }

  #judgedKey(name: ImageName, digest: Digest, policies: PolicySet): string {
    return `${policies.digest} ${name}@${digest} ${JSON.stringify(this.#options.seen?.(name) ?? null)}`;
  }

  #decide(examined: Examined, name: ImageName, policies: PolicySet): Judged {
    const seen = this.#options.seen?.(name);
    return decideExamined(examined, policies, {
      ...this.#options.context,
      now: new Date().toISOString(),
      ...(seen === undefined ? {} : { seen }),
    });
  }

  #examine(image: RegistryImage, name: ImageName, { trust }: PolicySet, signal: AbortSignal): Promise<Examined> {
    const { platforms } = this.#options;
    return this.#work('verified', image, signal, async (repository) => {
      const target = await repository.resolve(image.reference, signal);
      return await examine({
        repository,
        target,
        name,
        trust,
        signal,
        ...(platforms === undefined ? {} : { platforms }),
      });
    });
  }

  async #work<T>(
    type: JudgeEvent['type'],
    image: RegistryImage,
    signal: AbortSignal,
    ask: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    const { open, observe = () => undefined } = this.#options;
    return await this.#lanes.run(
      image.host,
      async () => {
        const begun = performance.now();
        const ended = (outcome: 'done' | 'failed'): void =>
          observe({ type, outcome, seconds: (performance.now() - begun) / 1000 });
        try {
          await using repository = await open(image, signal);
          const result = await ask(repository);
          ended('done');
          return result;
        } catch (error) {
          ended('failed');
          throw error;
        }
      },
      signal,
    );
  }
}

/** An image in a container's words is always a registry's: `oci:1` or `dir:x` must not make anybody look at local files. */
function registryImage(reference: string): RegistryImage {
  const source = parseSource(reference);
  if (source.kind === 'registry') return source;
  throw new HoldfastError('source-malformed', 'not an image in a registry; write its registry before it', {
    place: `image ${JSON.stringify(reference.slice(0, 200))}`,
  });
}

function weightOf({ images }: Examined): number {
  let weight = 0;
  for (const one of new Set(images.flatMap(({ evidence }) => evidence))) {
    weight += one.kind === 'attestation' ? JSON.stringify(one.statement).length : 1000;
  }
  return weight;
}

/** The work is shared, so it is not ended: only this one stops waiting. */
function until<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    work.catch(() => undefined);
    return Promise.reject(signal.reason as Error);
  }
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
