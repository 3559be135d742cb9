import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type Bundle,
  digestsOf,
  exactly,
  isExpected,
  matching,
  newStatement,
  parseBundle,
  parseStatement,
  predicateTypes,
  refuseOtherSubject,
  signedBytes,
  signMessage,
  signStatement,
  type Trust,
  verifyBundle,
} from '../../src/attest/index.ts';
import { digestOf, hexOf } from '../../src/oci/index.ts';
import { newWorld, type RootDocument, rootFrom, tokenFor, type World } from './world.ts';

const who = 'https://example.com/builder';
const issuer = 'https://issuer.example.com';
const artifact = Buffer.from('an artifact\n');
const { signal } = new AbortController();
let world: World;

before(async () => {
  world = await newWorld();
});
after(() => world[Symbol.asyncDispose]());

async function signedIn(at: World, services = at.services): Promise<Buffer> {
  return signMessage(artifact, { kind: 'keyless', token: tokenFor(who), services }, signal);
}

type Document = { verificationMaterial: { tlogEntries: Record<string, unknown>[] } & Record<string, unknown> } & Record<
  string,
  unknown
>;

function parse(bytes: Uint8Array, change: (document: Document) => void = () => {}): Bundle {
  const document = JSON.parse(Buffer.from(bytes).toString('utf8')) as Document;
  change(document);
  return parseBundle(Buffer.from(JSON.stringify(document)), 'test bundle');
}

function check(bundle: Bundle, trust: Partial<Trust> = {}): ReturnType<typeof verifyBundle> {
  return verifyBundle(bundle, signedBytes(artifact), { keys: [], roots: [world.root], ...trust });
}

function root(change: (document: RootDocument) => void): Pick<Trust, 'roots'> {
  const document = structuredClone(world.rootDocument);
  change(document);
  return { roots: [rootFrom(document)] };
}

test('a file signed keyless verifies, and what is proven is said', async () => {
  const { party, logs, timestamps } = check(parse(await signedIn(world)));
  assert.equal(party.kind, 'certificate');
  assert.ok(party.kind === 'certificate');
  assert.deepEqual([party.identity, party.identityType, party.issuer], [who, 'uri', issuer]);
  assert.equal(logs.length, 1);
  assert.equal(timestamps.length, 1);
  assert.match(logs[0]?.time ?? '', /^20\d\d-.*Z$/);
});

test('a statement too large for the log is there by the digest of what was signed, and verifies', async () => {
  await using small = await newWorld({ mostLogged: 100_000 });
  const statement = newStatement({
    subjects: [{ digest: { sha256: hexOf(digestOf(artifact)) } }],
    predicateType: predicateTypes.cyclonedx,
    predicate: { ballast: 'x'.repeat(200_000) },
  });
  const party = { kind: 'keyless', token: tokenFor(who), services: small.services } as const;
  const bundle = parse(await signStatement(statement, party, signal));
  assert.equal(bundle.content.kind, 'dsse');
  assert.ok(bundle.content.kind === 'dsse');
  assert.equal(bundle.logEntries[0]?.kind, 'hashedrekord');
  const { logs } = verifyBundle(bundle, signedBytes(bundle.content.payload), { keys: [], roots: [small.root] });
  assert.equal(logs.length, 1);
});

test('a statement signed keyless verifies, its log entry of kind dsse', async () => {
  const digest = digestOf(artifact);
  const statement = newStatement({
    subjects: [{ digest: { sha256: hexOf(digest) } }],
    predicateType: predicateTypes.sign,
    predicate: {},
  });
  const bundle = parse(
    await signStatement(statement, { kind: 'keyless', token: tokenFor(who), services: world.services }, signal),
  );
  check(bundle);
  assert.equal(bundle.logEntries[0]?.kind, 'dsse');
  assert.ok(bundle.content.kind === 'dsse');
  const parsed = parseStatement(bundle.content.payload, 'test');
  assert.deepEqual(parsed, statement);
  refuseOtherSubject(parsed, digestsOf(digest), 'test');
});

test('evidence of another digest is refused', async () => {
  const statement = newStatement({
    subjects: [{ name: 'a', digest: { sha256: hexOf(digestOf(artifact)) } }],
    predicateType: predicateTypes.sign,
    predicate: {},
  });
  const other = digestOf(Buffer.from('another'));
  assert.throws(() => refuseOtherSubject(statement, digestsOf(other), 'test'), { code: 'subject-mismatch' });
  const bundle = parse(await signedIn(world));
  assert.throws(() => verifyBundle(bundle, signedBytes(Buffer.from('another')), { keys: [], roots: [world.root] }), {
    code: 'subject-mismatch',
  });
  const unhinted = parse(await signedIn(world), (document) => {
    delete (document['messageSignature'] as Record<string, unknown>)['messageDigest'];
  });
  check(unhinted);
  assert.throws(() => verifyBundle(unhinted, signedBytes(Buffer.from('another')), { keys: [], roots: [world.root] }), {
    code: 'log-entry-unbound',
  });
});

function entriesOf(bytes: Buffer): unknown {
  return (JSON.parse(bytes.toString('utf8')) as Document).verificationMaterial.tlogEntries;
}

test('log entry not bound to the artifact: of another signature, signer, or content', async () => {
  const [one, two] = [await signedIn(world), await signedIn(world)];
  const swapped = parse(one, ({ verificationMaterial }) => {
    Object.assign(verificationMaterial, { tlogEntries: entriesOf(two) });
  });
  assert.throws(() => check(swapped), { code: 'log-entry-unbound' });

  interface Body {
    spec: { data: { hash: { value: string } }; signature: { publicKey: { content: string } } };
  }
  const lies: ((body: Body) => void)[] = [
    (body) => {
      body.spec.data.hash.value = '00'.repeat(32);
    },
    (body) => {
      body.spec.signature.publicKey.content = Buffer.from('-----BEGIN CERTIFICATE-----\n').toString('base64');
    },
  ];
  for (const lie of lies) {
    const logged = parse(one).logEntries[0];
    const body = JSON.parse((logged?.body ?? Buffer.alloc(0)).toString('utf8')) as Body;
    lie(body);
    const entry = await world.log(body);
    const bundle = parse(one, ({ verificationMaterial }) => {
      verificationMaterial.tlogEntries = [entry];
    });
    assert.throws(() => check(bundle), { code: 'log-entry-unbound' });
  }
});

test('an entry that says it is of another kind is refused', async () => {
  const bundle = parse(await signedIn(world), ({ verificationMaterial }) => {
    const [entry] = verificationMaterial.tlogEntries;
    Object.assign(entry ?? {}, { kindVersion: { kind: 'dsse', version: '0.0.1' } });
  });
  assert.throws(() => check(bundle), { code: 'log-entry-unbound' });
});

test('certificate window expired or not begun', async () => {
  const hour = 3_600_000;
  for (const shift of [-hour, hour]) {
    await using early = await newWorld({ authorityClock: new Date(Date.now() + shift) });
    const bundle = parse(await signedIn(early));
    assert.throws(() => verifyBundle(bundle, signedBytes(artifact), { keys: [], roots: [early.root] }), {
      code: 'certificate-expired',
    });
  }
});

test('one timestamp outside the certificate is enough to refuse, whatever the others say', async () => {
  await using late = await newWorld({ timestampClock: new Date(Date.now() + 1_800_000) });
  const bundle = parse(await signedIn(late));
  assert.throws(() => verifyBundle(bundle, signedBytes(artifact), { keys: [], roots: [late.root] }), {
    code: 'certificate-expired',
  });
});

test('without anyone who vouches for the time a certificate proves nothing', async () => {
  const bundle = parse(await signedIn(world), ({ verificationMaterial }) => {
    delete verificationMaterial['timestampVerificationData'];
    for (const entry of verificationMaterial.tlogEntries) delete entry['inclusionPromise'];
  });
  assert.throws(() => check(bundle), { code: 'timestamp-missing' });
});

test('a proof without a promise, and a timestamp, are enough', async () => {
  const bundle = parse(await signedIn(world), ({ verificationMaterial }) => {
    for (const entry of verificationMaterial.tlogEntries) delete entry['inclusionPromise'];
  });
  const { logs } = check(bundle);
  assert.equal(logs[0]?.time, undefined);
  assert.equal(logs[0]?.index, '0');
});

test('without a log a certificate is refused, unless none is asked for', async () => {
  const bundle = parse(await signedIn(world), ({ verificationMaterial }) => {
    verificationMaterial.tlogEntries = [];
  });
  assert.throws(() => check(bundle), { code: 'log-entry-missing' });
  assert.deepEqual(check(bundle, { minimumLogs: 0 }).logs, []);
});

test('distinct logs are counted, not entries', async () => {
  const bytes = await signedIn(world);
  const body = JSON.parse((parse(bytes).logEntries[0]?.body ?? Buffer.alloc(0)).toString('utf8')) as object;
  const again = await world.log({ ...body, extra: 'not the same bytes' });
  const twice = parse(bytes, ({ verificationMaterial }) => void verificationMaterial.tlogEntries.push(again));
  assert.equal(check(twice).logs.length, 2);
  assert.throws(() => check(twice, { minimumLogs: 2 }), { code: 'log-entry-missing' });
  const repeated = parse(bytes, ({ verificationMaterial }) => {
    verificationMaterial.tlogEntries = [...verificationMaterial.tlogEntries, ...verificationMaterial.tlogEntries];
  });
  assert.throws(() => check(repeated), { code: 'log-entry-invalid' });
});

test('look-alike identity: equal letter by letter, patterns matched whole, an issuer always', async () => {
  const { party } = check(parse(await signedIn(world)));
  const by = { issuer: exactly(issuer), identity: exactly(who) };
  assert.ok(isExpected(party, by));
  for (const identity of [
    'https://example.com/builder2',
    'https://example.com/build',
    'https://example.com/Builder',
    '',
  ]) {
    assert.ok(!isExpected(party, { ...by, identity: exactly(identity) }), identity);
  }
  assert.ok(!isExpected(party, { ...by, issuer: exactly(`${issuer}/`) }));
  for (const pattern of ['example', 'https://example.com', '.*build', 'https://example.com/builder2?x', 'no|builder']) {
    assert.ok(!isExpected(party, { ...by, identity: matching(pattern) }), pattern);
  }
  assert.ok(isExpected(party, { ...by, identity: matching('https://example\\.com/(?:builder|other)') }));
  assert.throws(() => matching('a)|(.*'), { code: 'identity-pattern' });
  const lookalikes = [
    'https://ex\u0430mple.com/builder',
    'https://example.com/builder\u0000',
    'https://example.com/ builder',
  ];
  for (const subject of lookalikes) {
    const bytes = await signMessage(
      artifact,
      { kind: 'keyless', token: tokenFor(subject), services: world.services },
      signal,
    );
    // The authority squeezes these into ASCII in its own way; whatever comes of it, it is refused or someone else.
    try {
      assert.ok(!isExpected(check(parse(bytes)).party, by), subject);
    } catch (error) {
      assert.equal((error as { readonly code?: string }).code, 'certificate-invalid', subject);
    }
  }
});

test('the root decides: other authority, other log, other certificate log, other timestamp authority', async () => {
  await using other = await newWorld();
  const bundle = parse(await signedIn(world));
  const parts = [
    ['certificateAuthorities', 'certificate-invalid'],
    ['tlogs', 'log-entry-invalid'],
    ['ctlogs', 'certificate-invalid'],
    ['timestampAuthorities', 'timestamp-invalid'],
  ] as const;
  for (const [part, code] of parts) {
    const foreign = root((document) => Object.assign(document, { [part]: other.rootDocument[part] }));
    assert.throws(() => check(bundle, foreign), { code }, part);
    const empty = root((document) => Object.assign(document, { [part]: [] }));
    assert.throws(() => check(bundle, empty), { code }, `no ${part}`);
  }
  assert.throws(() => check(bundle, { roots: [] }), { code: 'signer-unknown' });
  check(bundle, { roots: [other.root, world.root] });
});

test("the validity of each part of the root counts, its end included; a neighbour's does not", async () => {
  const bundle = parse(await signedIn(world));
  const { logs, timestamps } = check(bundle);
  const logged = logs[0]?.time ?? '';
  const stamped = timestamps[0]?.time ?? '';
  check(
    bundle,
    root(({ tlogs }) => Object.assign(tlogs[0]?.publicKey.validFor ?? {}, { end: logged })),
  );
  check(
    bundle,
    root(({ timestampAuthorities: [tsa] }) => Object.assign(tsa?.validFor ?? {}, { end: stamped })),
  );
  const past = '2021-01-01T00:00:00Z';
  assert.throws(
    () =>
      check(
        bundle,
        root(({ tlogs }) => Object.assign(tlogs[0]?.publicKey.validFor ?? {}, { end: past })),
      ),
    {
      code: 'log-entry-invalid',
    },
  );
  assert.throws(
    () =>
      check(
        bundle,
        root(({ ctlogs }) => Object.assign(ctlogs[0]?.publicKey.validFor ?? {}, { end: past })),
      ),
    {
      code: 'certificate-invalid',
    },
  );
  assert.throws(
    () =>
      check(
        bundle,
        root(({ certificateAuthorities: [ca] }) => Object.assign(ca?.validFor ?? {}, { end: past })),
      ),
    { code: 'certificate-invalid' },
  );
  await using other = await newWorld();
  const borrowed = root((document) => {
    const [first] = document.timestampAuthorities;
    Object.assign(first?.validFor ?? {}, { end: past });
    document.timestampAuthorities.push(...other.rootDocument.timestampAuthorities);
  });
  assert.throws(() => check(bundle, borrowed), { code: 'timestamp-invalid' });
});

test('certificate timestamps with extensions are signed with them', async () => {
  await using honest = await newWorld({ extendedCertificateLog: 'honest' });
  verifyBundle(parse(await signedIn(honest)), signedBytes(artifact), { keys: [], roots: [honest.root] });
  await using lying = await newWorld({ extendedCertificateLog: 'lying' });
  const bundle = parse(await signedIn(lying));
  assert.throws(() => verifyBundle(bundle, signedBytes(artifact), { keys: [], roots: [lying.root] }), {
    code: 'certificate-invalid',
  });
});

test('an intermediate of the same name and another key does not mislead', async () => {
  await using other = await newWorld();
  const bundle = parse(await signedIn(world));
  check(
    bundle,
    root((document) => document.certificateAuthorities.unshift(...other.rootDocument.certificateAuthorities)),
  );
});

test('a bundle that brings a root certificate is refused', async () => {
  const rawBytes = world.rootDocument.certificateAuthorities[0]?.certChain.certificates[0]?.rawBytes;
  const bundle = parse(await signedIn(world), (document) => {
    const { certificate } = document.verificationMaterial;
    delete document.verificationMaterial['certificate'];
    document['mediaType'] = 'application/vnd.dev.sigstore.bundle+json;version=0.2';
    document.verificationMaterial['x509CertificateChain'] = { certificates: [certificate, { rawBytes }] };
  });
  assert.throws(() => check(bundle), { code: 'certificate-invalid', message: /root certificate/ });
});

/** The log's signature line of a checkpoint that has no other. */
function own(note: string): string {
  return note.slice(note.indexOf('\u2014'));
}

/** The same line with a bit of its signature turned. */
function forged(note: string): string {
  return own(note).replace(/ (\S+)\n$/, (_, encoded: string) => {
    const bytes = Buffer.from(encoded, 'base64');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    return ` ${bytes.toString('base64')}\n`;
  });
}

test('checkpoints: of another name, another origin, another tree, with others beside it', async () => {
  const bytes = await signedIn(world);
  type Proof = { checkpoint: { envelope: string } };
  const withNote = (change: (note: string) => string): Bundle =>
    parse(bytes, ({ verificationMaterial: { tlogEntries } }) => {
      const proof = tlogEntries[0]?.['inclusionProof'] as Proof;
      proof.checkpoint.envelope = change(proof.checkpoint.envelope);
    });
  const host = new URL(world.url).host;
  const cosignature = `\u2014 witness.example.com ${Buffer.alloc(76, 7).toString('base64')}\n`;
  check(withNote((note) => `${note}${cosignature}`));
  check(withNote((note) => note.replace('\n\n', `\n\n${cosignature}`)));
  check(withNote((note) => `${note}${forged(note)}`));
  const bad: ((note: string) => string)[] = [
    (note) => note.replace(`\u2014 ${host}`, '\u2014 log.example.com'),
    (note) => note.replace(own(note), ''),
    (note) => note.replace(own(note), cosignature),
    (note) => note.replace(own(note), forged(note)),
    (note) => note.split('\n').slice(1).join('\n'),
    (note) => note.replace(/\n1\n/, '\n'),
    (note) => note.replace(/\n1\n/, '\n2\n'),
    (note) => note.replace('\n\n', '\n'),
    (note) => note.trimEnd(),
  ];
  for (const change of bad)
    assert.throws(() => check(withNote(change)), { code: 'log-entry-invalid' }, change.toString());
});
