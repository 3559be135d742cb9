import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { digestOf, type Repository, readBlob } from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { artifactOf, blobOf, manifestType, pushArtifact, pushImage } from '../support/repository.ts';

/** What a runner brings: opens the same repository again and again, as other processes would. */
export interface Contract {
  /** A repository by a name of its own; the same name opens the same one. */
  open(name: string): Promise<Repository>;
  /** Another repository's name as `mountFrom` takes it; undefined = there is no such thing. */
  readonly mounts: boolean;
  close(): Promise<void>;
}

const signal = AbortSignal.timeout(120_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }, { files: [file('etc/b', 'b')] }] });

/** What every repository keeps, whatever it lies in. Each test has a repository of its own. */
export function repositoryContract(title: string, start: () => Promise<Contract>): void {
  describe(title, () => {
    let started: Promise<Contract> | undefined;
    let count = 0;
    const fresh = async (): Promise<{ readonly name: string; readonly contract: Contract }> => {
      started ??= start();
      return { contract: await started, name: `contract/repo-${++count}` };
    };
    after(async () => {
      await (await started)?.close();
    });
    const using = (work: (repository: Repository, again: () => Promise<Repository>) => Promise<void>) => async () => {
      const { name, contract } = await fresh();
      await using repository = await contract.open(name);
      await work(repository, () => contract.open(name));
    };

    it(
      'an image that is pushed is found by tag and by digest, byte for byte',
      using(async (repository, again) => {
        const pushed = await pushImage(repository, image, 'one');
        assert.equal(pushed.digest, image.manifest.digest);
        await using other = await again();
        const byTag = await other.manifest('one', signal);
        const byDigest = await other.manifest(image.manifest.digest, signal);
        assert.deepEqual(Buffer.from(byTag.bytes), image.blobs.get(image.manifest.digest));
        assert.deepEqual(byDigest.bytes, byTag.bytes);
        assert.equal(byTag.descriptor.mediaType, manifestType);
        for (const layer of image.layers) {
          const bytes = image.blobs.get(layer.digest) ?? Buffer.alloc(0);
          assert.equal(await other.size(layer.digest, signal), bytes.length);
          const blob = { digest: layer.digest, size: bytes.length };
          assert.deepEqual(await readBlob(other, blob, { signal, bound: 1 << 20, place: 'layer' }), bytes);
        }
      }),
    );

    it(
      'a tag moves, and the digest it had is still there',
      using(async (repository) => {
        await pushImage(repository, image, 'moving');
        const other = buildImage({ layers: [{ files: [file('etc/c', 'c')] }] });
        await pushImage(repository, other, 'moving');
        assert.equal((await repository.resolve('moving', signal)).digest, other.manifest.digest);
        assert.equal((await repository.resolve(image.manifest.digest, signal)).digest, image.manifest.digest);
      }),
    );

    it(
      'what is not there is not found',
      using(async (repository) => {
        await pushImage(repository, image, 'there');
        const absent = digestOf(Buffer.from('nowhere'));
        assert.equal(await codeOf(repository.resolve('absent', signal)), 'not-found');
        assert.equal(await codeOf(repository.resolve(absent, signal)), 'not-found');
        assert.equal(await repository.size(absent, signal), undefined);
        const bound = { signal, bound: 100, place: 'absent' };
        assert.equal(await codeOf(readBlob(repository, { digest: absent, size: 7 }, bound)), 'blob-missing');
        assert.deepEqual(await repository.referrers(absent, signal), []);
      }),
    );

    it(
      'a blob that is there is not pushed again',
      using(async (repository) => {
        const bytes = Buffer.from('some bytes');
        assert.equal(await repository.pushBlob(blobOf(bytes), bytes, signal), 'pushed');
        assert.equal(await repository.pushBlob(blobOf(bytes), bytes, signal), 'present');
      }),
    );

    it(
      'a blob that is not what it is called is not stored',
      using(async (repository) => {
        const bytes = Buffer.from('honest');
        const lie = { digest: digestOf(Buffer.from('others')), size: bytes.length };
        assert.equal(await codeOf(repository.pushBlob(lie, bytes, signal)), 'digest-mismatch');
        assert.equal(await repository.size(lie.digest, signal), undefined);
        const short = { digest: digestOf(bytes), size: bytes.length + 1 };
        assert.equal(await codeOf(repository.pushBlob(short, bytes, signal)), 'blob-size');
        assert.equal(await repository.size(short.digest, signal), undefined);
      }),
    );

    it(
      'tags are listed, sorted',
      using(async (repository) => {
        for (const tag of ['b', 'a', 'c']) await pushImage(repository, image, tag);
        assert.deepEqual(await repository.tags(signal), ['a', 'b', 'c']);
      }),
    );

    it(
      'what is attached is listed for its subject and for no other',
      using(async (repository, again) => {
        await pushImage(repository, image, 'subject');
        const first = await pushArtifact(repository, image.manifest, 'application/x.first', 'one');
        const second = await pushArtifact(repository, image.manifest, 'application/x.second', 'two');
        const nested = await pushArtifact(repository, second, 'application/x.nested', 'three');
        await using other = await again();
        const digests = (await other.referrers(image.manifest.digest, signal)).map((one) => one.digest);
        assert.deepEqual(digests, [first.digest, second.digest].sort());
        assert.deepEqual(
          (await other.referrers(second.digest, signal)).map((one) => one.digest),
          [nested.digest],
        );
        assert.deepEqual(await other.referrers(nested.digest, signal), []);
        assert.deepEqual(Buffer.from((await other.manifest(first.digest, signal)).bytes), first.bytes);
      }),
    );

    it(
      'the same artifact attached twice is listed once',
      using(async (repository) => {
        await pushImage(repository, image, 'subject');
        const one = await pushArtifact(repository, image.manifest, 'application/x', 'same');
        await pushArtifact(repository, image.manifest, 'application/x', 'same');
        assert.deepEqual(
          (await repository.referrers(image.manifest.digest, signal)).map((found) => found.digest),
          [one.digest],
        );
      }),
    );

    it(
      'something may be attached before its subject is there',
      using(async (repository) => {
        const one = await pushArtifact(repository, image.manifest, 'application/x', 'early');
        await pushImage(repository, image, 'late');
        const found = await repository.referrers(image.manifest.digest, signal);
        assert.deepEqual(
          found.map((referrer) => referrer.digest),
          [one.digest],
        );
      }),
    );

    it(
      'a wanted type hides nothing of that type',
      using(async (repository) => {
        await pushImage(repository, image, 'subject');
        const one = await pushArtifact(repository, image.manifest, 'application/x.wanted', 'one');
        const found = await repository.referrers(image.manifest.digest, signal, {
          artifactType: 'application/x.wanted',
        });
        assert.ok(found.some((referrer) => referrer.digest === one.digest));
      }),
    );

    it('two writers, and many at once, lose nothing', async () => {
      const { name, contract } = await fresh();
      await using first = await contract.open(name);
      await using second = await contract.open(name);
      await using third = await contract.open(name);
      await pushImage(first, image, 'subject');
      const writer = async (repository: Repository, who: number): Promise<readonly string[]> => {
        const attach = async (what: string) =>
          (await pushArtifact(repository, image.manifest, 'application/x', `${who} ${what}`)).digest;
        const alone = [await attach('first'), await attach('second')];
        return [...alone, ...(await Promise.all(['third', 'fourth', 'fifth'].map(attach)))];
      };
      const all = await Promise.all([first, second, third].map(writer));
      const found = await first.referrers(image.manifest.digest, signal);
      assert.deepEqual(
        found.map((referrer) => referrer.digest),
        all.flat().sort(),
      );
    });

    it('a blob of another repository is mounted, or pushed where it can not be', async () => {
      const { name, contract } = await fresh();
      await using from = await contract.open(`${name}-from`);
      await using to = await contract.open(name);
      const bytes = Buffer.from(`mounted into ${name}`);
      await from.pushBlob(blobOf(bytes), bytes, signal);
      const how = await to.pushBlob(blobOf(bytes), bytes, signal, { mountFrom: `${name}-from` });
      assert.ok(contract.mounts ? ['mounted', 'present'].includes(how) : how === 'pushed', how);
      assert.equal(await to.size(digestOf(bytes), signal), bytes.length);
    });

    it(
      'calling off ends with the reason given',
      using(async (repository) => {
        await pushImage(repository, image, 'there');
        const reason = new Error('called off');
        const off = AbortSignal.abort(reason);
        for (const call of [
          () => repository.manifest('there', off),
          () => repository.referrers(image.manifest.digest, off),
          () => repository.tags(off),
          () => pushArtifact(repository, image.manifest, 'application/x', 'off', off),
        ]) {
          await assert.rejects(call, (error) => error === reason);
        }
      }),
    );

    it(
      'a manifest larger than registries take is refused before it is sent',
      using(async (repository) => {
        const bytes = Buffer.concat([
          artifactOf(undefined, 'application/x', blobOf(Buffer.from('{}'))),
          Buffer.alloc(4 << 20, ' '),
        ]);
        assert.equal(await codeOf(repository.pushManifest({ bytes, mediaType: manifestType }, signal)), 'oci-limit');
      }),
    );
  });
}
