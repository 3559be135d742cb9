import type { Judge, JudgeTimes } from '../../src/policy/index.ts';
import { peakRssKib } from '../process.ts';
import { quantile } from '../statistics.ts';
import { built } from './built.ts';
import { answer, asked } from './child.ts';
import type { Quantiles, VerifyAnswered, VerifyAsked } from './verify.ts';

const { reference, policyFile, cold, anew, warm } = asked() as VerifyAsked;
const { oci, policy } = await built();
const { signal } = new AbortController();
const policies = policy.policySet((await policy.loadPolicies([policyFile], signal)).policies, []);
await using registries = oci.openRegistries({ credentials: { kind: 'anonymous' } });

function newJudge(times: Partial<JudgeTimes> = {}): Judge {
  return policy.openJudge({ policies, times, open: async (image) => registries.repository(image) });
}

async function once(judge: Judge): Promise<number> {
  const begun = performance.now();
  const judgement = await judge.judge(reference, signal);
  const millis = performance.now() - begun;
  if (judgement.kind !== 'judged' || judgement.result !== 'allow') throw new Error(JSON.stringify(judgement));
  return millis;
}

async function fresh(): Promise<number> {
  await using judge = newJudge();
  return await once(judge);
}

async function repeated(count: number, work: () => Promise<number>): Promise<readonly number[]> {
  const samples: number[] = [];
  for (let at = 0; at < count; at += 1) samples.push(await work());
  return samples;
}

function quantiles(samples: readonly number[]): Quantiles {
  const at = (q: number): number => quantile(samples, q);
  return { count: samples.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), worst: at(1) };
}

const first = await fresh();
// What the compiler does once is not what a verification costs.
await repeated(20, fresh);
const coldSamples = await repeated(cold, fresh);
await using forgetful = newJudge({ allowed: { fresh: 0, usable: 0 } });
await repeated(20, () => once(forgetful));
const anewSamples = await repeated(anew, () => once(forgetful));
await using judge = newJudge({ allowed: { fresh: 600_000, usable: 600_000 } });
await repeated(1000, () => once(judge));
const warmSamples = await repeated(warm, () => once(judge));
const half = warmSamples.length / 2;
answer({
  first,
  cold: quantiles(coldSamples),
  anew: quantiles(anewSamples),
  warm: quantiles(warmSamples),
  noisePercent: (quantile(warmSamples.slice(half), 0.5) / quantile(warmSamples.slice(0, half), 0.5) - 1) * 100,
  peakKib: peakRssKib(process.pid),
} satisfies VerifyAnswered);
