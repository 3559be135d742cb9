import { file } from '../support/read-image.ts';
import type { TestEntry } from '../support/tar.ts';

/** What a stack of layers shows, or the code it is refused with. */
export interface OverlayCase {
  readonly what: string;
  readonly layers: readonly (readonly TestEntry[])[];
  readonly shows: readonly string[] | string;
  /** How containerd takes it where that is not the same: it can't unpack it, or it does. */
  readonly containerd?: 'refuses' | 'accepts';
}

const usr: readonly TestEntry[] = [{ path: 'usr/' }, { path: 'usr/lib/' }, file('usr/lib/a', 'a')];
const lower: readonly TestEntry[] = [{ path: 'd/' }, file('d/x', 'low'), file('d/z', 'z')];

/** Each was tried with containerd's overlayfs snapshotter; a kernel test does it again. */
export const overlayCases: readonly OverlayCase[] = [
  {
    what: 'an upper file replaces a lower one',
    layers: [[file('a', '1')], [file('a', '2')]],
    shows: ['/a=2'],
  },
  {
    what: 'a whiteout hides a lower file and a lower directory',
    layers: [
      [...lower, file('f', 'f'), file('k', 'k')],
      [{ path: '.wh.f' }, { path: '.wh.d' }],
    ],
    shows: ['/k=k'],
  },
  {
    what: 'an opaque directory hides all that lies below, whatever the order',
    layers: [lower, [{ path: 'd/' }, file('d/y', 'up'), { path: 'd/.wh..wh..opq' }]],
    shows: ['/d/y=up'],
  },
  {
    what: 'an opaque mark in a directory that has no entry',
    layers: [lower, [{ path: 'd/.wh..wh..opq' }, file('d/y', 'up')]],
    shows: ['/d/y=up'],
  },
  {
    what: 'an opaque mark in the root: overlayfs does not obey it',
    layers: [lower, [file('a', 'a'), { path: '.wh..wh..opq' }]],
    shows: ['/a=a', '/d/x=low', '/d/z=z'],
  },
  {
    what: 'an opaque mark hides nothing of its own layer or above',
    layers: [lower, [{ path: 'd/.wh..wh..opq' }, file('d/y', 'y')], [file('d/w', 'w')]],
    shows: ['/d/w=w', '/d/y=y'],
  },
  {
    what: 'a whiteout, then a file of the same name in one layer',
    layers: [lower, [{ path: 'd/' }, { path: 'd/.wh.x' }, file('d/x', 'up')]],
    shows: ['/d/x=up', '/d/z=z'],
  },
  {
    what: 'a file, then a whiteout of the same name in one layer',
    layers: [lower, [{ path: 'd/' }, file('d/x', 'up'), { path: 'd/.wh.x' }]],
    shows: ['/d/x=up', '/d/z=z'],
    containerd: 'refuses',
  },
  {
    what: 'a whiteout, then a directory of the same name: merged, as overlayfs has it',
    layers: [lower, [{ path: '.wh.d' }, { path: 'd/' }, file('d/y', 'up')]],
    shows: ['/d/x=low', '/d/y=up', '/d/z=z'],
  },
  {
    what: 'a whiteout of nothing hides nothing',
    layers: [[file('a', 'a')], [{ path: 'q/.wh.zz' }, file('b', 'b')]],
    shows: ['/a=a', '/b=b'],
  },
  {
    what: 'a character device 0/0 is overlayfs’ own whiteout',
    layers: [[file('x', 'low'), file('y', 'y')], [{ path: 'x', kind: 'character-device', device: [0, 0] }]],
    shows: ['/y=y'],
  },
  {
    what: 'a whited-out file comes back in a later layer',
    layers: [[file('a', '1')], [{ path: '.wh.a' }], [file('a', '3')]],
    shows: ['/a=3'],
  },
  {
    what: 'a file replaces a directory, and all in it is gone',
    layers: [lower, [file('d', 'file')]],
    shows: ['/d=file'],
  },
  {
    what: 'a directory replaces a file, also when only its content has entries',
    layers: [[file('a', 'a')], [file('a/b', 'b')]],
    shows: ['/a/b=b'],
  },
  {
    what: 'a directory over a file over a directory shows only itself',
    layers: [lower, [file('d', 'file')], [file('d/new', 'new')]],
    shows: ['/d/new=new'],
  },
  {
    what: 'a symlink replaces a directory',
    layers: [[...usr, file('lib/x', 'x')], [{ path: 'lib', target: 'usr/lib' }]],
    shows: ['/lib->usr/lib', '/usr/lib/a=a'],
  },
  {
    what: 'a path through a symlink of its own layer follows it',
    layers: [[...usr, { path: 'lib', target: 'usr/lib' }, file('lib/b', 'b')]],
    shows: ['/lib->usr/lib', '/usr/lib/a=a', '/usr/lib/b=b'],
  },
  {
    what: 'a path through a symlink of a lower layer stands in its place',
    layers: [[...usr, { path: 'lib', target: 'usr/lib' }], [file('lib/b', 'b')]],
    shows: ['/lib/b=b', '/usr/lib/a=a'],
  },
  {
    what: 'a directory entry over a symlink of a lower layer replaces it',
    layers: [
      [...usr, { path: 'lib', target: 'usr/lib' }],
      [{ path: 'lib/' }, file('lib/b', 'b')],
    ],
    shows: ['/lib/b=b', '/usr/lib/a=a'],
  },
  {
    what: 'a directory entry over a symlink of its own layer replaces it',
    layers: [[{ path: 't/' }, { path: 'a', target: 't' }, { path: 'a/' }, file('a/x', 'x')]],
    shows: ['/a/x=x'],
  },
  {
    what: 'absolute symlinks and those that climb out stay inside',
    layers: [
      [
        ...usr,
        { path: 'lib', target: '/usr/lib' },
        file('lib/b', 'b'),
        { path: 'up', target: '../../..' },
        file('up/x', 'x'),
      ],
    ],
    shows: ['/lib->/usr/lib', '/up->../../..', '/usr/lib/a=a', '/usr/lib/b=b', '/x=x'],
  },
  {
    what: 'a path through a symlink to nothing makes the directory',
    layers: [[{ path: 'a', target: 'nowhere' }, file('a/x', 'x')]],
    shows: ['/a->nowhere', '/nowhere/x=x'],
  },
  {
    what: 'the last entry of a name wins within a layer',
    layers: [[file('a', '1'), file('a', '2'), { path: 'b/' }, file('b/c', 'c'), file('b', 'f')]],
    shows: ['/a=2', '/b=f'],
  },
  {
    what: 'hard links share bytes, and keep them when the first name is replaced',
    layers: [[file('t', 't'), { path: 'h', kind: 'hard-link', target: 't' }, file('t', 'new')]],
    shows: ['/h=t', '/t=new'],
  },
  {
    what: 'a hard link to a symlink is that symlink; an absolute target is inside',
    layers: [
      [
        file('t', 't'),
        { path: 's', target: 't' },
        { path: 'h', kind: 'hard-link', target: 's' },
        { path: 'i', kind: 'hard-link', target: '/t' },
      ],
    ],
    shows: ['/h->t', '/i=t', '/s->t', '/t=t'],
  },
  {
    what: 'a hard link to a file of a lower layer',
    layers: [[file('a', 'a')], [{ path: 'b', kind: 'hard-link', target: 'a' }, file('a', 'new')]],
    shows: ['/a=new', '/b=a'],
    containerd: 'refuses',
  },
  {
    what: 'a hard link to a name of a lower layer that this one hides',
    layers: [
      [file('a', 'a'), file('k', 'k')],
      [{ path: '.wh.a' }, { path: 'b', kind: 'hard-link', target: 'a' }],
    ],
    shows: 'tar-link',
    containerd: 'accepts',
  },
  {
    what: 'a hard link before its target',
    layers: [[{ path: 'h', kind: 'hard-link', target: 't' }, file('t', 't')]],
    shows: 'tar-link',
  },
  {
    what: 'a hard link to itself',
    layers: [[file('t', 't'), { path: 't', kind: 'hard-link', target: 't' }]],
    shows: 'tar-link',
  },
  {
    what: 'a hard link to a directory',
    layers: [[{ path: 'd/' }, { path: 'h', kind: 'hard-link', target: 'd' }]],
    shows: 'tar-link',
  },
  {
    what: 'a path through a file of its own layer',
    layers: [[file('a', 'a'), file('a/b', 'b')]],
    shows: 'tar-path',
  },
  {
    what: 'whiteouts below a directory that became a file, as umoci writes them',
    layers: [lower, [file('d', 'file'), { path: 'd/.wh.x' }, { path: 'd/.wh.z' }]],
    shows: ['/d=file'],
    containerd: 'refuses',
  },
  {
    what: 'symlinks in a circle in a path',
    layers: [[{ path: 'a', target: 'b' }, { path: 'b', target: 'a' }, file('a/x', 'x')]],
    shows: 'tar-limit-links',
  },
  {
    what: 'an absolute name is inside',
    layers: [[file('/d', 'd'), file('.//e/./f', 'f')]],
    shows: ['/d=d', '/e/f=f'],
  },
  {
    what: 'a name with ..',
    layers: [[file('a/../b', 'b')]],
    shows: 'tar-path',
    containerd: 'accepts',
  },
  {
    what: 'a name that climbs out',
    layers: [[file('../c', 'c')]],
    shows: 'tar-path',
    containerd: 'accepts',
  },
  {
    what: 'a whiteout of no name',
    layers: [[file('a', 'a')], [{ path: '.wh.' }]],
    shows: 'tar-path',
  },
];
