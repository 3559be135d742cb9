import type { Told, VerdictTold } from '../../src/notify/index.ts';
import { notYetJudged, type Word } from '../../src/verdict/index.ts';

export const host = `${'1'.repeat(32)}:2e7e9b51-4d3c-4f7e-9f0e-6c1d2b3a4f50`;

type Finding = Extract<Told, { readonly type: 'finding' }>;

export function finding(path: string, container = 'default/web'): Finding {
  return {
    type: 'finding',
    term: 'identity',
    id: 'F-0123456789abcdef',
    time: '2026-11-24T10:00:00.000Z',
    container,
    image: null,
    code: 'exec-not-in-image',
    process: { pid: 7, path, argv: [path], uid: 0, parents: [] },
    file: { path, sha256: null, from: 'upper' },
    why: `${path} was executed`,
  } as unknown as Finding;
}

export function verdictTold(word: Word, container = 'default/web'): VerdictTold {
  const coverage = { from: '', to: '', sufficient: true, reasons: [], gaps: [] };
  const identity = { state: 'good' } as const;
  const terms = { ...notYetJudged, identity, coverage: { state: 'sufficient' } } as VerdictTold['terms'];
  return {
    type: 'verdict',
    time: '2026-11-24T10:00:00.000Z',
    container,
    image: null,
    word,
    reasons: [],
    terms,
    coverage,
  };
}

export function gap(cause: 'ring' | 'older', container: string | null = 'default/web', repaired = false): Told {
  const time = '2026-11-24T10:00:00.000Z';
  return { type: 'coverage', time, container, cause, from: time, repaired, detail: '' };
}

export function seen(container: string, pod: string | null = null): Told {
  const details = {
    container,
    name: 'web',
    kind: 'container',
    created: '',
    older: false,
    image: {
      key: null,
      keyKind: null,
      name: '',
      named: '',
      index: null,
      manifest: null,
      config: null,
      candidates: [],
      unreadable: null,
    },
    pod: pod === null ? null : { name: pod, namespace: 'shop', uid: 'u' },
    labels: {},
  };
  return { type: 'container', time: '', state: 'seen', container, image: null, details };
}

export function ended(container: string): Told {
  return { type: 'container', time: '', state: 'ended', container, image: null, details: { container, code: 0 } };
}
