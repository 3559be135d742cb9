import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SigningParty } from '../../src/attest/index.ts';
import type { Digest, Repository } from '../../src/oci/index.ts';
import { debianRegistry, goRegistry, type RunningRegistry } from '../../test/support/registry/outside.ts';
import { type Built, built } from './built.ts';
import type { BenchImage } from './images.ts';

export interface BenchRegistry {
  readonly kind: 'go-containerregistry' | 'docker-registry';
  readonly host: string;
}

/** An image in a registry, with what is attached to it. */
export interface Published {
  /** `HOST/REPO@DIGEST`. */
  readonly reference: string;
  readonly digest: Digest;
  /** Bytes of the bundles attached to it. */
  readonly evidenceBytes: number;
}

const reviewType = 'https://bench.example/review/v1';

/** Five attestations and a signature, each by the key, four of them with something asked of what they say. */
const policy = {
  apiVersion: 'holdfast.dev/v1alpha1',
  kind: 'TrustPolicy',
  metadata: { name: 'bench' },
  spec: {
    images: ['**'],
    authorities: [{ name: 'release', keys: [{ file: 'release.pub' }] }],
    signature: { authorities: ['release'] },
    provenance: {
      builders: [{ id: 'https://bench.example/builder' }],
      conditions: [{ cel: 'predicate.runDetails.builder.id.startsWith("https://bench.example/")' }],
    },
    sbom: { formats: ['cyclonedx'], conditions: [{ cel: 'predicate.bomFormat == "CycloneDX"' }] },
    attestations: [
      { name: 'spdx', predicateType: 'spdx', conditions: [{ cel: 'predicate.spdxVersion == "SPDX-2.3"' }] },
      { name: 'files', predicateType: 'file-manifest' },
      { name: 'review', predicateType: reviewType, conditions: [{ cel: 'predicate.approvals >= 2' }] },
    ],
  },
};

/** Two real registries, a key, a policy, and images sealed with it. Nothing leaves the machine. */
export class EvidenceGround implements AsyncDisposable {
  readonly scratch: string;
  readonly registries: readonly BenchRegistry[];
  readonly policyFile: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly signal = new AbortController().signal;
  readonly #party: SigningParty;
  readonly #running: readonly RunningRegistry[];
  readonly #built: Built;
  readonly #published = new Map<string, Promise<Published>>();

  private constructor(
    scratch: string,
    keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
    running: readonly [RunningRegistry, RunningRegistry],
    loaded: Built,
  ) {
    this.scratch = scratch;
    this.#built = loaded;
    this.#running = running;
    this.#party = {
      kind: 'key',
      signer: loaded.attest.localSigner(keys.privateKey, keys.publicKey),
      services: { logs: [], timestampAuthorities: [] },
    };
    this.registries = [
      { kind: 'go-containerregistry', host: running[0].host },
      { kind: 'docker-registry', host: running[1].host },
    ];
    this.policyFile = join(scratch, 'policy.json');
    this.publicKey = join(scratch, 'release.pub');
    this.privateKey = join(scratch, 'release.key');
    writeFileSync(this.policyFile, JSON.stringify(policy));
    writeFileSync(this.publicKey, keys.publicKey.export({ type: 'spki', format: 'pem' }));
    writeFileSync(this.privateKey, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }

  static async prepare(): Promise<EvidenceGround> {
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-evidence-'));
    const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const loaded = await built();
    return new EvidenceGround(scratch, keys, [await goRegistry(), await debianRegistry()], loaded);
  }

  /** The environment of whole processes: no credentials, and caches of their own that last for the run. */
  get environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env['PATH'],
      HOME: this.scratch,
      DOCKER_CONFIG: this.scratch,
      TUF_ROOT: join(this.scratch, 'tuf'),
      REGCTL_CONFIG: join(this.scratch, 'regctl.json'),
    };
  }

  /** The command as npm installs it. */
  holdfast(...args: readonly string[]): readonly string[] {
    const main = join(import.meta.dirname, '../../dist/cli/main.js');
    return [process.execPath, '--disable-warning=ExperimentalWarning', main, ...args];
  }

  /** Copies an image of a layout there, as it is. */
  async place({ host }: BenchRegistry, repository: string, { layout, tag }: BenchImage): Promise<Digest> {
    const { openRepository, copyFrom } = this.#built.oci;
    const { signal } = this;
    await using from = await openRepository({ kind: 'oci', directory: layout }, { signal });
    await using to = await this.open(host, repository);
    const { root } = await copyFrom(from, tag, to, { signal, tag: 'v1' });
    return root.digest;
  }

  /** An image of a layout with a signature and five attestations; made once for each place. */
  publish(registry: BenchRegistry, repository: string, image: BenchImage): Promise<Published> {
    const key = `${registry.host}/${repository}`;
    const made = this.#published.get(key) ?? this.#publish(registry, repository, image);
    this.#published.set(key, made);
    return made;
  }

  async #publish(registry: BenchRegistry, repository: string, image: BenchImage): Promise<Published> {
    const { attest, seal } = this.#built;
    const { signal } = this;
    const digest = await this.place(registry, repository, image);
    await using to = await this.open(registry.host, repository);
    const subject = await to.resolve(digest, signal);
    const review = seal.about(digest, reviewType, { approvals: 2, reviewers: ['alice', 'bob'] });
    await attest.attest(to, subject, review, this.#party, signal);
    await seal.seal({
      repository: to,
      reference: digest,
      party: this.#party,
      signal,
      toolVersion: 'bench',
      sboms: ['cyclonedx', 'spdx'],
      origin: { builder: 'https://bench.example/builder', parameters: {} },
      bases: [],
      materials: [],
      annotations: {},
    });
    const { evidenceBytes } = await this.sizes(registry, repository);
    return { reference: `${registry.host}/${repository}@${digest}`, digest, evidenceBytes };
  }

  /** Bytes of an image's layers, and of the bundles attached to it. */
  async sizes({ host }: BenchRegistry, repository: string) {
    const { signal } = this;
    await using opened = await this.open(host, repository);
    const sizeOf = async (reference: string): Promise<number> => {
      const { bytes } = await opened.manifest(reference, signal);
      const { layers } = JSON.parse(Buffer.from(bytes).toString()) as { readonly layers: readonly { size: number }[] };
      return layers.reduce((sum, { size }) => sum + size, 0);
    };
    const { digest } = await opened.resolve('v1', signal);
    let evidenceBytes = 0;
    for (const referrer of await opened.referrers(digest, signal)) evidenceBytes += await sizeOf(referrer.digest);
    return { layerBytes: await sizeOf(digest), evidenceBytes };
  }

  async open(host: string, repository: string): Promise<Repository> {
    const { signal } = this;
    const name = { kind: 'registry', host, repository, reference: 'v1' } as const;
    return await this.#built.oci.openRepository(name, { signal, credentials: { kind: 'anonymous' } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#running) await registry[Symbol.asyncDispose]();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
