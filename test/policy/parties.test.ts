import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partyKey } from '../../src/policy/index.ts';
import { checkOf, codeOf, decided, policy } from './policies.ts';
import { alice, bob, by, github, index, keyless, log, mallory, signature, stamp, workflow } from './signed.ts';

const logged = [log('rekor', '2026-11-19T10:00:00Z')];

test('a signature by a key of the policy is enough, and by another key is not', () => {
  assert.equal(decided(policy(), [signature([by(alice.party)])]).result, 'allow');
  const decision = decided(policy(), [signature([by(mallory.party)])]);
  assert.equal(decision.result, 'deny');
  assert.equal(codeOf(decision, 'signature'), 'party-untrusted');
});

test('one party meeting a threshold of two: the same key in two authorities counts once', () => {
  const twice = policy({
    authorities: [
      { name: 'one', keys: [{ pem: alice.pem }] },
      { name: 'two', keys: [{ pem: alice.pem }, { pem: bob.pem }] },
    ],
    signature: { authorities: ['one', 'two'], threshold: 2 },
  });
  const decision = decided(twice, [signature([by(alice.party)]), signature([by(alice.party), by(alice.party)])]);
  assert.equal(codeOf(decision, 'signature'), 'threshold-unmet');
  assert.match(checkOf(decision, 'signature').reason, /^1 of 2 distinct parties/);
  assert.equal(decided(twice, [signature([by(alice.party)]), signature([by(bob.party)])]).result, 'allow');
});

test('one party meeting a threshold of two: the same identity in two certificates, and one workflow on two refs, count once', () => {
  const two = policy({
    authorities: [{ name: 'ci', identities: [{ issuer: github, subjectRegExp: 'https://github\\.com/acme/.*' }] }],
    signature: { threshold: 2 },
  });
  const ref = (name: string) => by(keyless(workflow.replace('refs/heads/main', name)), logged);
  const same = [ref('refs/heads/main'), ref('refs/heads/main')].map((one) => signature([one]));
  assert.equal(codeOf(decided(two, same), 'signature'), 'threshold-unmet');
  const refs = [ref('refs/heads/main'), ref('refs/tags/v1')].map((one) => signature([one]));
  assert.equal(codeOf(decided(two, refs), 'signature'), 'threshold-unmet');
  const other = by(keyless('https://github.com/acme/other/.github/workflows/review.yml@refs/heads/main'), logged);
  assert.equal(decided(two, [...same, signature([other])]).result, 'allow');
});

test('one party meeting a threshold of two: an address in other letters is the same party', () => {
  const issuer = 'https://accounts.example';
  assert.equal(partyKey(keyless('Ann@acme.example', issuer)), partyKey(keyless('ann@acme.example', issuer)));
  assert.notEqual(partyKey(keyless('ann@acme.example', issuer)), partyKey(keyless('ann@acme.example', `${issuer}/`)));
});

test('two entries of one log count as one log, two stamps of one authority as one', () => {
  const entries = [log('rekor', '2026-11-19T10:00:00Z'), { ...log('rekor', '2026-11-19T10:00:01Z'), index: '8' }];
  const logs = policy({ authorities: [{ name: 'alice', keys: [{ pem: alice.pem }], logs: 2 }] });
  assert.equal(codeOf(decided(logs, [signature([by(alice.party, entries)])]), 'signature'), 'logs-too-few');
  assert.equal(decided(logs, [signature([by(alice.party, [...entries, log('other')])])]).result, 'allow');
  const stamps = policy({ authorities: [{ name: 'alice', keys: [{ pem: alice.pem }], timestamps: 2 }] });
  const one = [stamp('tsa', '2026-11-19T10:00:00Z'), stamp('tsa', '2026-11-19T10:00:05Z')];
  assert.equal(codeOf(decided(stamps, [signature([by(alice.party, [], one)])]), 'signature'), 'timestamps-too-few');
  const two = [...one, stamp('tsa 2', '2026-11-19T10:00:00Z')];
  assert.equal(decided(stamps, [signature([by(alice.party, [], two)])]).result, 'allow');
});

test('a short-lived certificate needs a log unless the policy says otherwise; a key does not', () => {
  assert.equal(codeOf(decided(policy(), [signature([by(keyless())])]), 'signature'), 'logs-too-few');
  assert.equal(decided(policy(), [signature([by(keyless(), logged)])]).result, 'allow');
  const stamped = policy({
    authorities: [{ name: 'ci', identities: [{ issuer: github, subject: workflow }], logs: 0, timestamps: 1 }],
  });
  assert.equal(codeOf(decided(stamped, [signature([by(keyless(), logged)])]), 'signature'), 'timestamps-too-few');
  const stamps = [stamp('tsa', '2026-11-19T10:00:00Z')];
  assert.equal(decided(stamped, [signature([by(keyless(), [], stamps)])]).result, 'allow');
});

test('look-alike identity: prefix, suffix, case, another issuer, a dot that means any letter', () => {
  const lookAlikes: readonly (readonly [string, string])[] = [
    [`${workflow}2`, github],
    [`x${workflow}`, github],
    [workflow.toUpperCase(), github],
    [workflow, `${github}/`],
    [workflow, 'https://token.actions.githubusercontent.com.evil.example'],
    [workflow.replace('github.com', 'githubXcom'), github],
    [`${workflow}\n`, github],
  ];
  for (const [identity, issuer] of lookAlikes) {
    const evidence = [signature([by(keyless(identity, issuer), logged)])];
    assert.equal(codeOf(decided(policy(), evidence), 'signature'), 'party-untrusted', identity);
  }
});

test('look-alike identity: an expression is anchored at both ends whatever stands in it', () => {
  const expressions = [
    'https://github\\.com/acme/app/.*@refs/heads/main',
    'nobody|https://github\\.com/acme/app/.*@refs/heads/main',
    '(?m)https://github\\.com/acme/app/.*@refs/heads/main',
    '(?:https://github\\.com/acme/app/.*@refs/heads/main)',
  ];
  for (const subjectRegExp of expressions) {
    const one = policy({ authorities: [{ name: 'ci', identities: [{ issuer: github, subjectRegExp }] }] });
    const code = (identity: string) => codeOf(decided(one, [signature([by(keyless(identity), logged)])]), 'signature');
    assert.equal(code(workflow), 'evidence-trusted', subjectRegExp);
    for (const identity of [
      `${workflow}-evil`,
      `https://evil.example/?${workflow}`,
      `${workflow}\nx`,
      `x\n${workflow}`,
    ]) {
      assert.equal(code(identity), 'party-untrusted', `${subjectRegExp} ${identity}`);
    }
  }
});

test('an expression that would take exponential time elsewhere takes none', () => {
  const subjectRegExp = '(a+)+(b|a*)*$c';
  const one = policy({ authorities: [{ name: 'ci', identities: [{ issuer: github, subjectRegExp }] }] });
  const long = keyless(`${'a'.repeat(900)}!`);
  assert.equal(codeOf(decided(one, [signature([by(long, logged)])]), 'signature'), 'party-untrusted');
});

test('claims are asked for exactly; one that is missing, or inherited, is none', () => {
  const uri = 'https://github.com/acme/app';
  const claimed = policy({
    authorities: [
      { name: 'ci', identities: [{ issuer: github, subject: workflow, claims: { sourceRepositoryURI: uri } }] },
    ],
  });
  const code = (claims: Record<string, string>) =>
    codeOf(decided(claimed, [signature([by(keyless(workflow, github, claims), logged)])]), 'signature');
  assert.equal(code({ sourceRepositoryURI: uri }), 'evidence-trusted');
  assert.equal(code({ sourceRepositoryURI: `${uri}-evil` }), 'claims-mismatch');
  assert.equal(code({}), 'claims-mismatch');
  assert.equal(code(Object.create({ sourceRepositoryURI: uri }) as Record<string, string>), 'claims-mismatch');
});

const windowed = (window: object) =>
  policy({ authorities: [{ name: 'alice', keys: [{ pem: alice.pem, ...window }] }] });

test('key window expired or not begun', () => {
  const plain = [signature([by(alice.party)])];
  const expired = windowed({ notAfter: '2026-11-01T00:00:00Z' });
  assert.equal(codeOf(decided(expired, plain), 'signature'), 'key-expired');
  assert.equal(codeOf(decided(windowed({ notBefore: '2026-12-01T00:00:00Z' }), plain), 'signature'), 'key-not-begun');
  assert.equal(
    decided(windowed({ notBefore: '2026-11-01T00:00:00Z', notAfter: '2026-12-01T00:00:00Z' }), plain).result,
    'allow',
  );
  // A witness shows that it was made in time, or that it was not.
  const inTime = [signature([by(alice.party, [log('rekor', '2026-10-01T00:00:00Z')])])];
  assert.equal(decided(expired, inTime).result, 'allow');
  const late = [signature([by(alice.party, [log('rekor', '2026-11-02T00:00:00Z')])])];
  assert.equal(codeOf(decided(expired, late), 'signature'), 'key-expired');
  const early = [signature([by(alice.party, [], [stamp('tsa', '2026-10-01T00:00:00Z')])])];
  assert.equal(codeOf(decided(windowed({ notBefore: '2026-11-01T00:00:00Z' }), early), 'signature'), 'key-not-begun');
  // One witness in time does not outweigh one that says otherwise.
  const both = [signature([by(alice.party, [log('a', '2026-10-01T00:00:00Z'), log('b', '2026-11-02T00:00:00Z')])])];
  assert.equal(codeOf(decided(expired, both), 'signature'), 'key-expired');
});

test('a key with two windows counts in each of them, and not between', () => {
  const keys = [
    { pem: alice.pem, notAfter: '2026-01-01T00:00:00Z' },
    { pem: alice.pem, notBefore: '2026-06-01T00:00:00Z' },
  ];
  const rotated = policy({ authorities: [{ name: 'alice', keys }] });
  const at = (time: string) => decided(rotated, [signature([by(alice.party, [log('rekor', time)])])]).result;
  assert.deepEqual(['2025-06-01T00:00:00Z', '2026-03-01T00:00:00Z', '2026-07-01T00:00:00Z'].map(at), [
    'allow',
    'deny',
    'allow',
  ]);
});

test('a signature on the index covers the platform manifest it lists', () => {
  const onIndex = [signature([by(alice.party)], { subject: index })];
  assert.equal(decided(policy(), onIndex).result, 'allow');
});
