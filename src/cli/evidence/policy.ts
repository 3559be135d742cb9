import { attestLimits, parseTrustedRoot, publicGoodRoot, type TrustedRoot } from '../../attest/index.ts';
import { readBounded } from '../../files/index.ts';
import { parsePlatform } from '../../oci/index.ts';
import {
  decideExamined,
  type Examined,
  examine,
  explainDecision,
  imageName,
  type Judged,
  loadPolicies,
  type PolicySet,
  policySet,
} from '../../policy/index.ts';
import { colour, printable } from '../output/index.ts';
import type { OpenedImage } from './image.ts';

/** @throws HoldfastError as `parseTrustedRoot`; without files, Sigstore's public-good root as npm ships it: nothing is fetched */
export async function rootsOf(files: readonly string[] | undefined): Promise<readonly TrustedRoot[]> {
  if (files === undefined) return [publicGoodRoot()];
  return await Promise.all(
    files.map(async (file) => parseTrustedRoot(await readBounded(file, attestLimits.rootBytes), file)),
  );
}

export interface PolicyFlags {
  readonly trustedRoot?: readonly string[];
}

/** @throws HoldfastError as `loadPolicies`, `parseTrustedRoot` */
export async function policiesOf(
  files: readonly string[],
  { trustedRoot }: PolicyFlags,
  signal: AbortSignal,
): Promise<PolicySet> {
  const { policies } = await loadPolicies(files, signal);
  return policySet(policies, await rootsOf(trustedRoot));
}

export interface VerifyQuestion {
  readonly policies: PolicySet;
  /** What the image is called where it lies in a layout, or will be promoted to. */
  readonly name?: string;
  readonly platform?: readonly string[];
}

/** All that a decision rests on, and the time of the question. */
export interface Opened {
  readonly examined: Examined;
  readonly context: { readonly now: string };
}

/** @throws HoldfastError as `examine` and `Repository.resolve` */
export async function examineOpened(
  image: OpenedImage,
  { policies: { trust }, name = image.name, platform }: VerifyQuestion,
  signal: AbortSignal,
): Promise<Opened> {
  const { repository, reference } = image;
  const target = await repository.resolve(reference, signal);
  const examined = await examine({
    repository,
    target,
    trust,
    signal,
    ...(name === undefined ? {} : { name: imageName(name) }),
    ...(platform === undefined ? {} : { platforms: platform.map(parsePlatform) }),
  });
  return { examined, context: { now: new Date().toISOString() } };
}

/** What the policies say of an image that was opened. @throws HoldfastError as `examineOpened` */
export async function judgeOpened(image: OpenedImage, question: VerifyQuestion, signal: AbortSignal): Promise<Judged> {
  const { examined, context } = await examineOpened(image, question, signal);
  return decideExamined(examined, question.policies, context);
}

/** Every decision for people: a page each. */
export function judgedPage({ decisions }: Judged, all: boolean): string {
  return decisions
    .map((decision) =>
      explainDecision(decision, { all })
        .map((line) => `${painted(printable(line))}\n`)
        .join(''),
    )
    .join('\n');
}

function painted(line: string): string {
  if (/^\s*(FAIL|\?{4}|denied)/.test(line)) return colour('red', line);
  if (line.startsWith('allowed')) return colour('green', line);
  return /^\s+(evidence|exception) sha256:/.test(line) ? colour('dim', line) : line;
}
