import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withLayer } from '../support/layered.ts';
import { debianImage } from '../support/roots.ts';
import { type Observed, observe, ownersOf, sha256Of } from './support/observed.ts';
import { runTraced } from './support/traced.ts';
import { Watching } from './watching.ts';

const image = 'test.local/truth:latest';

/** One file of a Runtime BOM. */
interface Occurrence {
  readonly path: string;
  readonly sha256: string | undefined;
  readonly uses: readonly string[];
  readonly from: string;
  /** Name of the package, or nothing. */
  readonly owner: string | undefined;
}

interface Bom {
  readonly components: readonly {
    readonly type: string;
    readonly name: string;
    readonly evidence: {
      readonly occurrences: readonly { readonly location: string; readonly additionalContext: string }[];
    };
  }[];
}

const workloads: readonly {
  readonly id: string;
  readonly args: readonly string[];
  /** What the container's first execve names. */
  readonly program: string;
  readonly env?: Readonly<Record<string, string>>;
}[] = [
  { id: 'nginx', args: ['/app/nginx.sh'], program: '/app/nginx.sh', env: { PYTHONDONTWRITEBYTECODE: '1' } },
  {
    id: 'python',
    args: ['/usr/bin/python3', '/app/imports.py'],
    program: '/usr/bin/python3',
    // Bytecode is renamed as soon as it is written: under which of its names it is told is a matter of chance.
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  },
  { id: 'shell', args: ['/app/shell.sh'], program: '/app/shell.sh' },
];

test('a Runtime BOM is what strace, /proc/PID/maps, dpkg and sha256 say', async (context) => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-truth-'));
  context.after(() => rmSync(scratch, { recursive: true, force: true }));
  const layers = { '/app': join(import.meta.dirname, 'support/truth') };
  const layout = withLayer(await debianImage({ include: ['nginx-light', 'python3'] }), layers, scratch);
  await using watching = await Watching.open(layout, image);
  const { containerd } = watching;
  const root = join(containerd.scratch, 'image');
  mkdirSync(root);
  await containerd.ctr('images', 'mount', image, root);
  await watching.start();
  for (const { id, args, program, env } of workloads)
    await context.test(id, async (inner) => {
      const { output, calls, maps } = await runTraced(containerd, {
        image,
        id,
        args,
        program,
        ...(env === undefined ? {} : { env }),
      });
      assert.equal(output.code, 0, output.stderr);
      await watching.ended(id);
      const truth = observe(calls, maps, root);
      const files = await filesOf(watching, id);
      inner.diagnostic(
        `${truth.executed.size} executed, ${truth.mapped.size} mapped, ${truth.loaded.size} loaded, ${truth.read.size} read`,
      );
      for (const use of ['executed', 'mapped', 'loaded', 'read'] as const)
        assert.deepEqual(pathsOf(files, use), [...truth[use]].sort(), `what was ${use}`);
      for (const path of maps) assert.ok(pathsOf(files, 'mapped').includes(path), `${path} is in /proc/PID/maps`);
      assert.deepEqual(packagesOf(files), packagesOfTruth(truth, root));
      for (const { path, sha256, from } of files)
        if (from !== 'upper' && sha256 !== undefined) assert.equal(sha256, sha256Of(join(root, path)), path);
      // What was executed, mapped or loaded is always told with its hash.
      const nameless = files.filter((one) => one.sha256 === undefined && one.uses.some((use) => use !== 'read'));
      assert.deepEqual(nameless, []);
      assert.deepEqual(watching.codes(id), []);
    });
  await containerd.ctr('images', 'unmount', '--rm', root);
  assert.equal(await watching.stop(), 0, watching.errors.join(''));
});

async function filesOf(watching: Watching, id: string): Promise<readonly Occurrence[]> {
  const { code, stdout, stderr } = await watching.verb('rbom', id);
  assert.equal(code, 0, stderr);
  const { components } = JSON.parse(stdout) as Bom;
  return components.flatMap(({ type, name, evidence }) =>
    evidence.occurrences.map(({ location, additionalContext }) => {
      const [, digest = '', uses = '', from = ''] = /^(not hashed|\S+) (\S+) (.*)$/.exec(additionalContext) ?? [];
      return {
        path: location,
        sha256: digest.startsWith('sha256:') ? digest.slice(7) : undefined,
        uses: uses.split(','),
        from,
        owner: type === 'library' ? name : undefined,
      };
    }),
  );
}

function pathsOf(files: readonly Occurrence[], use: string): readonly string[] {
  return [...new Set(files.filter((one) => one.uses.includes(use)).map((one) => one.path))].sort();
}

/** `use package`, each once. */
function packagesOf(files: readonly Occurrence[]): readonly string[] {
  const all = files.flatMap(({ uses, owner }) => (owner === undefined ? [] : uses.map((use) => `${use} ${owner}`)));
  return [...new Set(all)].sort();
}

function packagesOfTruth(truth: Observed, root: string): readonly string[] {
  const all = (['executed', 'mapped', 'loaded', 'read'] as const).flatMap((use) =>
    [...ownersOf(root, truth[use]).values()].map((owner) => `${use} ${owner}`),
  );
  return [...new Set(all)].sort();
}
