import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { packageProblems } from '../../../src/contents/packages/index.ts';
import { python } from '../../../src/contents/packages/python.ts';
import { readWith, type Tree } from './view.ts';

const site = '/usr/local/lib/python3.11/site-packages';
const dist = '/usr/lib/python3/dist-packages';

function metadata(name: string, version: string, more = ''): string {
  return `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${more}\nName: not this\n`;
}

it('reads dist-info: METADATA and RECORD, scripts and bytecode too', () => {
  const { packages, problems } = readWith(python, {
    [`${site}/Foo_Bar.py`]: '',
    [`${site}/sub,dir/x.py`]: '',
    [`${site}/__pycache__/Foo_Bar.cpython-311.pyc`]: '',
    [`${site}/Foo_Bar-1.0.dist-info/METADATA`]: metadata('Foo_Bar', '1.0', 'License: MIT\n'),
    [`${site}/Foo_Bar-1.0.dist-info/INSTALLER`]: 'pip',
    [`${site}/Foo_Bar-1.0.dist-info/RECORD`]:
      'Foo_Bar.py,sha256=x,1\n"sub,dir/x.py",,\n../../../bin/foo,,\n/opt/abs,,\n',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(packages, [
    {
      purl: 'pkg:pypi/foo-bar@1.0',
      type: 'pypi',
      name: 'Foo_Bar',
      version: '1.0',
      location: `${site}/Foo_Bar-1.0.dist-info/METADATA`,
      licenses: ['MIT'],
      owns: [
        `${site}/Foo_Bar.py`,
        `${site}/sub,dir/x.py`,
        '/usr/local/bin/foo',
        '/opt/abs',
        `${site}/Foo_Bar-1.0.dist-info/METADATA`,
        `${site}/Foo_Bar-1.0.dist-info/INSTALLER`,
        `${site}/Foo_Bar-1.0.dist-info/RECORD`,
        `${site}/__pycache__/Foo_Bar.cpython-311.pyc`,
      ],
    },
  ]);
});

it('reads egg-info: directories, single files, eggs; lists or top-level modules', () => {
  const { packages, problems } = readWith(python, {
    [`${dist}/six.py`]: '',
    [`${dist}/six-1.16.0.egg-info`]: metadata('six', '1.16.0'),
    [`${dist}/yaml/__init__.py`]: '',
    [`${dist}/PyYAML-6.0.egg-info/PKG-INFO`]: metadata('PyYAML', '6.0'),
    [`${dist}/PyYAML-6.0.egg-info/top_level.txt`]: '_yaml\nyaml\n../etc\n',
    [`${site}/old/__init__.py`]: '',
    [`${site}/old-1.egg-info/PKG-INFO`]: metadata('old', '1'),
    [`${site}/old-1.egg-info/installed-files.txt`]: '../old/__init__.py\nPKG-INFO\n',
    [`${site}/egg-3-py3.11.egg/EGG-INFO/PKG-INFO`]: metadata('egg', '3'),
    [`${site}/egg-3-py3.11.egg/EGG-INFO/top_level.txt`]: 'egg\n',
    [`${site}/egg-3-py3.11.egg/egg/__init__.py`]: '',
  });
  assert.deepEqual(problems, []);
  const owned = Object.fromEntries(packages.map((one) => [one.purl, one.owns.filter((path) => path.endsWith('.py'))]));
  assert.deepEqual(owned, {
    'pkg:pypi/old@1': [`${site}/old/__init__.py`],
    'pkg:pypi/pyyaml@6.0': [`${dist}/yaml/__init__.py`],
    'pkg:pypi/six@1.16.0': [`${dist}/six.py`],
    'pkg:pypi/egg@3': [`${site}/egg-3-py3.11.egg/egg/__init__.py`],
  });
});

it('names a zipped egg by its file name', () => {
  const path = `${site}/some_thing-1.2.post1-py3.11-linux-x86_64.egg`;
  const { packages, problems } = readWith(python, { [path]: 'PK' });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    packages.map((one) => [one.purl, ...one.owns]),
    [['pkg:pypi/some-thing@1.2.post1', path]],
  );
});

it('knows a package that another one brings along for what it is: not installed', () => {
  const { packages } = readWith(python, {
    [`${site}/setuptools-80.dist-info/METADATA`]: metadata('setuptools', '80'),
    [`${site}/setuptools-80.dist-info/RECORD`]: 'setuptools/_vendor/zipp-3.dist-info/METADATA,,\n',
    [`${site}/setuptools/_vendor/zipp-3.dist-info/METADATA`]: metadata('zipp', '3'),
    [`${site}/setuptools/_vendor/zipp-3.dist-info/RECORD`]: 'zipp-3.dist-info/METADATA,,\n',
    '/app/lib/big-1.dist-info/METADATA': metadata('big', '1'),
    '/app/lib/big-1.dist-info/RECORD': 'big-1.dist-info/METADATA,,\nbig/_vendor/zipp-3.dist-info/METADATA,,\n',
    '/app/lib/big/_vendor/zipp-3.dist-info/METADATA': metadata('zipp', '3'),
    '/app/lib/big/_vendor/zipp-3.dist-info/RECORD': 'zipp-3.dist-info/METADATA,,\n',
  });
  assert.deepEqual(packages.map((one) => one.name).sort(), ['big', 'setuptools']);
});

it('takes an editable install and the egg-info beside its source for one package', () => {
  const { packages } = readWith(python, {
    [`${site}/my_app-1.dist-info/METADATA`]: metadata('my-app', '1'),
    [`${site}/my_app-1.dist-info/RECORD`]: '__editable__.my_app-1.pth,,\n',
    '/src/my_app.egg-info/PKG-INFO': metadata('my_app', '1'),
    '/src/my_app.egg-info/top_level.txt': 'my_app\n',
    '/src/my_app/__init__.py': '',
  });
  assert.equal(packages.length, 1);
  assert.ok(packages[0]?.owns.includes('/src/my_app/__init__.py'));
});

it('finds the source of an editable install by its direct_url.json', () => {
  const { packages, problems } = readWith(python, {
    [`${site}/my_app-1.dist-info/METADATA`]: metadata('my-app', '1'),
    [`${site}/my_app-1.dist-info/RECORD`]: '__editable__.my_app-1.pth,,\n',
    [`${site}/my_app-1.dist-info/top_level.txt`]: 'my_app\n',
    [`${site}/my_app-1.dist-info/direct_url.json`]: '{"dir_info": {"editable": true}, "url": "file:///proj"}',
    '/proj/src/my_app/__init__.py': '',
    '/proj/src/other.py': '',
  });
  assert.deepEqual(problems, []);
  assert.deepEqual(
    packages[0]?.owns.filter((path) => path.startsWith('/proj')),
    ['/proj/src/my_app/__init__.py'],
  );
});

it('reads the same version in two places as two packages', () => {
  const { packages } = readWith(python, {
    [`${site}/a-1.dist-info/METADATA`]: metadata('a', '1'),
    [`${site}/a-1.dist-info/RECORD`]: '',
    '/venv/lib/python3.11/site-packages/a-1.dist-info/METADATA': metadata('a', '1'),
    '/venv/lib/python3.11/site-packages/a-1.dist-info/RECORD': '',
  });
  assert.equal(packages.length, 2);
});

const good: Tree = {
  [`${site}/good-1.dist-info/METADATA`]: metadata('good', '1'),
  [`${site}/good-1.dist-info/RECORD`]: '',
};
const broken: readonly (readonly [string, Tree, readonly string[]])[] = [
  ['no METADATA', { [`${site}/b-1.dist-info/RECORD`]: 'b.py,,\n' }, ['python-leftover']],
  ['what pip left behind', { [`${site}/~b-1.dist-info/METADATA`]: metadata('b', '1') }, ['python-leftover']],
  ['no version', { [`${site}/b-1.dist-info/METADATA`]: 'Name: b\n' }, ['python-malformed']],
  [
    'binary garbage',
    { [`${site}/b-1.dist-info/METADATA`]: Uint8Array.of(0, 255, 254, 10, 0, 58, 0) },
    ['package-encoding', 'python-malformed'],
  ],
  ['a name that is a path', { [`${site}/b-1.dist-info/METADATA`]: metadata('../b', '1') }, ['python-malformed']],
  [
    'a direct_url.json that is none',
    { [`${site}/good-1.dist-info/direct_url.json`]: '{"editable": true,'.repeat(100_000) },
    [],
  ],
  ['an empty file', { [`${site}/b-1.egg-info`]: '' }, ['python-malformed']],
];

for (const [what, tree, expected] of broken) {
  it(`reads the rest beside ${what}`, () => {
    const { packages, problems } = readWith(python, { ...good, ...tree });
    assert.deepEqual(
      packages.map((one) => one.name),
      ['good'],
    );
    assert.deepEqual(problems.map((one) => one.code).sort(), [...expected].sort());
  });
}

it('says when a RECORD is missing or broken, and still lists the package', () => {
  const missing = readWith(python, { [`${site}/b-1.dist-info/METADATA`]: metadata('b', '1') });
  assert.deepEqual([missing.packages.length, missing.problems.map((one) => one.code)], [1, ['python-no-record']]);
  const strange = readWith(python, {
    [`${site}/b-1.dist-info/METADATA`]: metadata('b', '1'),
    [`${site}/b-1.dist-info/RECORD`]: '"open,,\n,,\nb.py,,\n',
  });
  assert.deepEqual(
    strange.problems.map((one) => one.code),
    ['python-record', 'python-record'],
  );
  assert.ok(strange.packages[0]?.owns.includes(`${site}/b.py`));
});

it('keeps a RECORD inside the image', () => {
  const { packages } = readWith(python, {
    '/a/b-1.dist-info/METADATA': metadata('b', '1'),
    '/a/b-1.dist-info/RECORD': '../../../../../../etc/passwd,,\n',
  });
  assert.ok(packages[0]?.owns.includes('/etc/passwd'));
});

it('never throws, whatever the metadata holds', () => {
  const text = fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('Name: a\n', 'Version: 1\n', '\n', '"', ',', '../', '\r\n'),
      ),
      { maxLength: 20 },
    )
    .map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const { problems } = readWith(python, {
        [`${site}/a-1.dist-info/METADATA`]: a,
        [`${site}/a-1.dist-info/RECORD`]: b,
        [`${site}/a.egg-info/PKG-INFO`]: b,
        [`${site}/a.egg-info/top_level.txt`]: c,
      });
      for (const one of problems) assert.ok(one.code in packageProblems);
    }),
    { numRuns: 500 },
  );
});
