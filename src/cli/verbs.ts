import type { Command } from 'commander';

/** What each verb's file exports. */
export interface VerbModule {
  /** Adds the verb, its options, help and action to the program. */
  register(program: Command): void;
}

/** One verb as the list in `holdfast --help` shows it; its code is loaded only when it is called. */
export interface Verb {
  readonly name: string;
  readonly group: 'Images:' | 'Evidence:' | 'Cluster:' | 'Running containers:' | 'This host:';
  readonly summary: string;
  /** A question of yes or no that other programs ask: whatever is not a yes is 1, also what could not be told. */
  readonly yesOrNo?: true;
  readonly load: () => Promise<VerbModule>;
}

export const verbs: readonly Verb[] = [
  {
    name: 'contents',
    group: 'Images:',
    summary: 'every file and package of an image',
    load: () => import('./contents.ts'),
  },
  {
    name: 'sbom',
    group: 'Images:',
    summary: 'software bill of materials of an image',
    load: () => import('./sbom.ts'),
  },
  {
    name: 'profile',
    group: 'Evidence:',
    summary: 'what an image is expected to do: record, test, compare, sign',
    load: () => import('./profile.ts'),
  },
  {
    name: 'recipe',
    group: 'Evidence:',
    summary: 'how an image is built, exercised, hardened: attach it',
    load: () => import('./recipe.ts'),
  },
  {
    name: 'harden',
    group: 'Evidence:',
    summary: 'cut an image to what its profile needs, tested and attested',
    load: () => import('./harden.ts'),
  },
  {
    name: 'seal',
    group: 'Evidence:',
    summary: 'describe and sign an image: evidence attached to it',
    load: () => import('./seal.ts'),
  },
  {
    name: 'sign',
    group: 'Evidence:',
    summary: 'sign an image',
    load: () => import('./sign.ts'),
  },
  {
    name: 'attest',
    group: 'Evidence:',
    summary: 'attach a signed statement to an image',
    load: () => import('./attest.ts'),
  },
  {
    name: 'verify',
    group: 'Evidence:',
    summary: 'whether policies allow an image',
    load: () => import('./verify.ts'),
  },
  {
    name: 'policy',
    group: 'Evidence:',
    summary: 'whether files of policies are good',
    load: () => import('./policy.ts'),
  },
  {
    name: 'inspect',
    group: 'Evidence:',
    summary: 'all that is attached to an image, and who signed it',
    load: () => import('./inspect.ts'),
  },
  {
    name: 'copy',
    group: 'Evidence:',
    summary: 'promote an image with all that is attached to it',
    load: () => import('./copy.ts'),
  },
  {
    name: 'missing',
    group: 'Evidence:',
    summary: 'evidence that one of two copies has lost',
    load: () => import('./missing.ts'),
  },
  {
    name: 'keygen',
    group: 'Evidence:',
    summary: 'a key pair to sign with',
    load: () => import('./keygen.ts'),
  },
  {
    name: 'sign-bundle',
    group: 'Evidence:',
    summary: 'sign a file: a Sigstore bundle',
    load: () => import('./sign-bundle.ts'),
  },
  {
    name: 'verify-bundle',
    group: 'Evidence:',
    summary: 'whether a Sigstore bundle is a good signature of a file',
    yesOrNo: true,
    load: () => import('./verify-bundle.ts'),
  },
  {
    name: 'admission',
    group: 'Cluster:',
    summary: 'the admission webhook of a Kubernetes cluster',
    load: () => import('./admission.ts'),
  },
  {
    name: 'watch',
    group: 'Running containers:',
    summary: 'watch containers: what runs, what is not the image',
    load: () => import('./watch.ts'),
  },
  {
    name: 'status',
    group: 'Running containers:',
    summary: 'verdict of each container, term by term',
    load: () => import('./status.ts'),
  },
  {
    name: 'findings',
    group: 'Running containers:',
    summary: 'what was found',
    load: () => import('./findings.ts'),
  },
  {
    name: 'explain',
    group: 'Running containers:',
    summary: 'one finding, its evidence and what to do',
    load: () => import('./explain.ts'),
  },
  {
    name: 'rbom',
    group: 'Running containers:',
    summary: 'Runtime BOM: which packages truly execute',
    load: () => import('./rbom.ts'),
  },
  {
    name: 'doctor',
    group: 'This host:',
    summary: 'what this host can show, and what would improve it',
    load: () => import('./doctor.ts'),
  },
];
