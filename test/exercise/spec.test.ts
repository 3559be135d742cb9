import assert from 'node:assert/strict';
import { test } from 'node:test';
import { capabilityNames } from '../../src/exercise/container/capabilities.ts';
import { commandLine, specOf } from '../../src/exercise/container/spec.ts';
import { userOf } from '../../src/exercise/container/user.ts';
import type { ImageConfig } from '../../src/oci/index.ts';
import { parseRecipeValue, type RecipeRun } from '../../src/profile/index.ts';

const image: ImageConfig = {
  platform: { os: 'linux', architecture: 'amd64' },
  diffIds: [],
  entrypoint: ['/entry'],
  command: ['serve', '--fast'],
  environment: [],
  labels: {},
};

function run(fields: object): RecipeRun {
  const value = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'Recipe',
    metadata: { name: 'x' },
    spec: { runs: [{ name: 'plain', ...fields }] },
  };
  const [one] = parseRecipeValue('test', value).spec.runs;
  assert.ok(one !== undefined);
  return one;
}

test('the command line is as Kubernetes makes it', () => {
  assert.deepEqual(commandLine(run({}), image), ['/entry', 'serve', '--fast']);
  assert.deepEqual(commandLine(run({ arguments: ['other'] }), image), ['/entry', 'other']);
  assert.deepEqual(commandLine(run({ arguments: [] }), image), ['/entry']);
  assert.deepEqual(commandLine(run({ entrypoint: ['/bin/sh'] }), image), ['/bin/sh']);
  assert.deepEqual(commandLine(run({ entrypoint: ['/bin/sh'], arguments: ['-c', 'x'] }), image), [
    '/bin/sh',
    '-c',
    'x',
  ]);
  const nothing = { ...image, entrypoint: [], command: [] };
  assert.throws(() => commandLine(run({}), nothing), { code: 'recipe-malformed' });
});

const made = {
  process: {
    env: ['PATH=/bin', 'LEVEL=quiet'],
    cwd: '/',
    user: { uid: 0, gid: 0 },
    rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
    capabilities: { bounding: ['CAP_CHOWN', 'CAP_KILL'], effective: [], permitted: [] },
    noNewPrivileges: true,
  },
  root: { path: 'rootfs' },
  mounts: [{ destination: '/proc' }],
  linux: { namespaces: [{ type: 'pid' }, { type: 'network' }], cgroupsPath: '/a/b' },
};
const around = { hostname: 'web-1', network: '/run/netns/one', user: undefined, mounts: [] };

interface Edited {
  readonly hostname: string;
  readonly process: {
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly user: { readonly uid: number };
    readonly capabilities: Record<string, readonly string[]>;
  };
  readonly root: object;
  readonly mounts: readonly { readonly destination: string; readonly options?: readonly string[] }[];
  readonly linux: { readonly namespaces: readonly object[]; readonly cgroupsPath: string };
}

function edited(fields: object, more: object = {}): Edited {
  return specOf(made, run(fields), image, { ...around, ...more }) as Edited;
}

test('a run changes just what it says, and the network', () => {
  const spec = edited({ environment: { LEVEL: 'loud' }, readOnlyRoot: true });
  assert.deepEqual(spec.process.env, ['PATH=/bin', 'HOSTNAME=web-1', 'LEVEL=loud']);
  assert.deepEqual(spec.root, { path: 'rootfs', readonly: true });
  assert.deepEqual(spec.linux.namespaces, [{ type: 'pid' }, { type: 'network', path: '/run/netns/one' }]);
  assert.equal(spec.linux.cgroupsPath, '/a/b');
  assert.equal(spec.process.user.uid, 0);
  assert.equal('rlimits' in spec.process, false);
});

const of = (capabilities: object) => edited({ capabilities }).process.capabilities['effective'];

test('capabilities are added and dropped as a pod’s', () => {
  assert.deepEqual(of({}), ['CAP_CHOWN', 'CAP_KILL']);
  assert.deepEqual(of({ drop: ['ALL'], add: ['NET_BIND_SERVICE'] }), ['CAP_NET_BIND_SERVICE']);
  assert.deepEqual(of({ drop: ['KILL'] }), ['CAP_CHOWN']);
  assert.deepEqual(of({ add: ['ALL'] }), capabilityNames);
  assert.equal(capabilityNames.length, 41);
});

test('fixtures are mounted read-only unless they say otherwise', () => {
  const { mounts } = edited(
    {},
    {
      mounts: [
        { source: '/a', target: '/b', readOnly: true },
        { source: '/c', target: '/d', readOnly: false },
      ],
    },
  );
  assert.deepEqual(
    mounts.map(({ destination, options }) => [destination, options?.at(-1)]),
    [
      ['/proc', undefined],
      ['/b', 'ro'],
      ['/d', 'rw'],
    ],
  );
});

test('a user is found in the image’s own lists, with all its groups', () => {
  const accounts = {
    passwd: 'root:x:0:0::/:/bin/sh\nweb:x:101:102::/:/bin/false\n',
    group: 'root:x:0:\nweb:x:102:\nlogs:x:7:web,other\nadm:x:8:other\n',
  };
  assert.deepEqual(userOf('web', accounts), { uid: 101, gid: 102, additionalGids: [7] });
  assert.deepEqual(userOf('101', accounts), { uid: 101, gid: 102, additionalGids: [7] });
  assert.deepEqual(userOf('101:adm', accounts), { uid: 101, gid: 8, additionalGids: [7] });
  assert.deepEqual(userOf('5000', accounts), { uid: 5000, gid: 0, additionalGids: [] });
  assert.deepEqual(userOf('5000:6000', { passwd: '', group: '' }), { uid: 5000, gid: 6000, additionalGids: [] });
  for (const none of ['nobody', 'web:none', '4294967296', '-1', ''])
    assert.throws(() => userOf(none, accounts), { code: 'recipe-malformed' }, none);
});
