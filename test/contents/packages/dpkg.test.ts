import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { dpkg } from '../../../src/contents/packages/dpkg.ts';
import { packageProblems } from '../../../src/contents/packages/index.ts';
import { readWith, type Tree } from './view.ts';

const info = '/var/lib/dpkg/info';
const status = '/var/lib/dpkg/status';
const debian = { distribution: { id: 'debian', version: '12' } };

function entry(fields: Readonly<Record<string, string>>): string {
  const all = { Package: 'a', Status: 'install ok installed', Architecture: 'amd64', Version: '1', ...fields };
  return `${Object.entries(all)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n\n`;
}

function codes(tree: Tree): readonly string[] {
  return readWith(dpkg, tree, debian).problems.map((problem) => problem.code);
}

it('reads name, version, architecture, source and files', () => {
  const { packages, problems } = readWith(
    dpkg,
    {
      [status]:
        entry({ Package: 'libattr1', Version: '1:2.5.1-4+b1', Source: 'attr (1:2.5.1-4)' }) +
        entry({ Package: 'b', Architecture: 'all' }),
      [`${info}/libattr1:amd64.list`]: '/.\n/usr\n/usr/lib/libattr.so.1\n',
      [`${info}/b.list`]: '/usr/bin/b\n',
    },
    debian,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(packages, [
    {
      purl: 'pkg:deb/debian/libattr1@1:2.5.1-4%2Bb1?arch=amd64&distro=debian-12',
      type: 'deb',
      name: 'libattr1',
      version: '1:2.5.1-4+b1',
      location: status,
      source: { name: 'attr', version: '1:2.5.1-4' },
      owns: ['/usr', '/usr/lib/libattr.so.1'],
    },
    {
      purl: 'pkg:deb/debian/b@1?arch=all&distro=debian-12',
      type: 'deb',
      name: 'b',
      version: '1',
      location: status,
      source: { name: 'b', version: '1' },
      owns: ['/usr/bin/b'],
    },
  ]);
});

it('lists what is installed, held or waiting for triggers; not what only left its configuration', () => {
  const states = [
    'install ok installed',
    'hold ok installed',
    'install ok triggers-pending',
    'install ok triggers-awaited',
    'deinstall ok config-files',
    'purge ok not-installed',
  ];
  const text = states.map((state, index) => entry({ Package: `p${index}`, Status: state })).join('');
  const tree = { [status]: text, ...Object.fromEntries(states.map((_, index) => [`${info}/p${index}.list`, ''])) };
  const { packages, problems } = readWith(dpkg, tree, debian);
  assert.deepEqual(
    packages.map((one) => one.name),
    ['p0', 'p1', 'p2', 'p3'],
  );
  assert.deepEqual(problems, []);
});

it('lists half-installed packages and says so', () => {
  const { packages, problems } = readWith(
    dpkg,
    { [status]: entry({ Status: 'install reinstreq half-installed' }), [`${info}/a.list`]: '' },
    debian,
  );
  assert.equal(packages.length, 1);
  assert.deepEqual(
    problems.map(({ code, place }) => ({ code, place })),
    [{ code: 'dpkg-not-configured', place: `${status}:1` }],
  );
});

it('reads status.d with md5sums and conffiles (images made without dpkg)', () => {
  const { packages, problems } = readWith(
    dpkg,
    {
      '/var/lib/dpkg/status.d/base':
        'Package: base-files\nVersion: 12.4\nArchitecture: amd64\nConffiles:\n /etc/debian_version 0123456789abcdef0123456789abcdef\n /etc/a b 0123456789abcdef0123456789abcdef obsolete\n',
      '/var/lib/dpkg/status.d/base.md5sums':
        '0123456789abcdef0123456789abcdef  usr/lib/os-release\n\\0123456789abcdef0123456789abcdef  a\\\\b\n',
    },
    debian,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(packages[0]?.owns, ['/usr/lib/os-release', '/a\\b', '/etc/debian_version', '/etc/a b']);
  assert.equal(packages[0]?.location, '/var/lib/dpkg/status.d/base');
});

it('follows diversions: by a package for all others, by hand for all', () => {
  const { packages } = readWith(
    dpkg,
    {
      [status]: entry({ Package: 'bash' }) + entry({ Package: 'dash' }) + entry({ Package: 'file' }),
      [`${info}/bash.list`]: '/bin/sh\n',
      [`${info}/dash.list`]: '/bin/sh\n',
      [`${info}/file.list`]: '/usr/bin/file\n',
      '/var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\ndash\n/usr/bin/file\n/usr/bin/file.real\n:\n',
    },
    debian,
  );
  assert.deepEqual(
    packages.map((one) => [one.name, ...one.owns]),
    [
      ['bash', '/bin/sh.distrib'],
      ['dash', '/bin/sh'],
      ['file', '/usr/bin/file.real'],
    ],
  );
});

it('puts the image’s own architecture first', () => {
  const { packages } = readWith(
    dpkg,
    {
      [status]: entry({ Architecture: 'i386' }) + entry({ Architecture: 'amd64' }),
      [`${info}/a:i386.list`]: '',
      [`${info}/a:amd64.list`]: '',
    },
    debian,
  );
  assert.deepEqual(
    packages.map((one) => one.purl.slice(-27)),
    ['arch=amd64&distro=debian-12', '?arch=i386&distro=debian-12'],
  );
});

it('names the distribution when os-release is there, Debian when it is not', () => {
  const tree = { [status]: entry({}), [`${info}/a.list`]: '' };
  assert.equal(
    readWith(dpkg, tree, { distribution: { id: 'ubuntu', version: '24.04' } }).packages[0]?.purl,
    'pkg:deb/ubuntu/a@1?arch=amd64&distro=ubuntu-24.04',
  );
  assert.equal(
    readWith(dpkg, tree, { distribution: { id: 'debian' } }).packages[0]?.purl,
    'pkg:deb/debian/a@1?arch=amd64&distro=debian',
  );
  assert.equal(readWith(dpkg, tree).packages[0]?.purl, 'pkg:deb/debian/a@1?arch=amd64');
});

const good = entry({ Package: 'good' });
const broken: readonly (readonly [string, Tree, readonly string[]])[] = [
  [
    'a truncated status',
    { [status]: `${good}Package: cut\nStatus: install ok ins` },
    ['dpkg-malformed', 'dpkg-truncated'],
  ],
  [
    'garbage between entries',
    { [status]: `${good}\0\x01\x02 no field\n\xff\n\n` },
    ['dpkg-malformed', 'dpkg-malformed'],
  ],
  [
    'a missing version',
    { [status]: `${good}Package: b\nStatus: install ok installed\nArchitecture: amd64\n` },
    ['dpkg-malformed'],
  ],
  ['a version with a path in it', { [status]: good + entry({ Version: '../1' }) }, ['dpkg-malformed']],
  ['an entry twice', { [status]: good + good }, ['dpkg-duplicate']],
  [
    'a status nobody knows',
    { [status]: good + entry({ Package: 'good', Architecture: 'all', Status: 'install ok wobbly' }) },
    ['dpkg-malformed'],
  ],
  ['Latin-1', { [status]: Buffer.from(`${good.trimEnd()}\nMaintainer: J\xf6rg\n`, 'latin1') }, ['package-encoding']],
  ['a huge line', { [status]: `${good.trimEnd()}\nDescription: ${'x'.repeat(5_000_000)}\n` }, []],
  ['diversions that end early', { [status]: good, '/var/lib/dpkg/diversions': '/a\n/b\n' }, ['dpkg-diversions']],
];

for (const [what, tree, expected] of broken) {
  it(`reads the rest beside ${what}`, () => {
    const whole = { ...tree, [`${info}/good.list`]: '/usr/bin/good\n' };
    const { packages } = readWith(dpkg, whole, debian);
    assert.deepEqual(packages[0]?.owns, ['/usr/bin/good']);
    assert.deepEqual([...codes(whole)].sort(), [...expected].sort());
  });
}

it('says which packages have no list', () => {
  const { packages, problems } = readWith(dpkg, { [status]: good + entry({ Package: 'b' }) }, debian);
  assert.equal(packages.length, 2);
  assert.deepEqual(
    problems.map((one) => one.message),
    ['2 packages without a list: good, b'],
  );
});

it('never throws, whatever the database holds', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      'Package: a\n',
      'Version: 1\n',
      'Architecture: amd64\n',
      'Status: install ok installed\n',
      '\n',
      ' /x\n',
      '/bin/sh\n',
      'Conffiles:\n',
      'Source: (',
      ':\n',
    ),
  );
  const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const { packages, problems } = readWith(dpkg, {
        [status]: a,
        [`${info}/a.list`]: b,
        '/var/lib/dpkg/diversions': c,
        '/var/lib/dpkg/status.d/x': b,
        '/var/lib/dpkg/status.d/x.md5sums': a,
      });
      for (const one of packages) assert.match(one.purl, /^pkg:deb\/debian\//);
      for (const one of problems) assert.ok(one.code in packageProblems);
    }),
    { numRuns: 500 },
  );
});
