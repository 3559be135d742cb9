import { type Verdict, verdict } from '../../verdict/index.ts';
import type { WatchEvent } from '../../watch/index.ts';
import { termsOf } from './terms.ts';

/** One container as the live view shows it. */
export interface BoardRow {
  readonly container: string;
  readonly verdict: Verdict | undefined;
  readonly coverage: 'sufficient' | 'insufficient' | undefined;
  readonly packages: { readonly used: number; readonly total: number } | undefined;
  readonly findings: number;
}

export interface Board {
  /** By container. */
  readonly rows: ReadonlyMap<string, BoardRow>;
  readonly ended: number;
  readonly agentRssKib: number;
  readonly sensorRssKib: number;
}

export const emptyBoard: Board = { rows: new Map(), ended: 0, agentRssKib: 0, sensorRssKib: 0 };

/** The board after one more event. */
export function advance(board: Board, event: WatchEvent): Board {
  switch (event.type) {
    case 'container': {
      if (event.state === 'seen') return withRow(board, event.container, {});
      const rows = new Map(board.rows);
      return rows.delete(event.container) ? { ...board, rows, ended: board.ended + 1 } : board;
    }
    case 'state': {
      const terms = termsOf(event.state);
      return withRow(board, event.state.container, { verdict: verdict(terms), coverage: terms.coverage.state });
    }
    case 'rbom':
      return withRow(board, event.container, { packages: { used: event.used, total: event.total } });
    case 'finding':
      return withRow(board, event.container, { findings: (board.rows.get(event.container)?.findings ?? 0) + 1 });
    case 'heartbeat':
      return { ...board, agentRssKib: event.agentRssKib, sensorRssKib: event.sensorRssKib };
    case 'observation':
    case 'coverage':
    case 'image':
    case 'notice':
      return board;
  }
}

function withRow(board: Board, container: string, change: Partial<BoardRow>): Board {
  const empty = { container, verdict: undefined, coverage: undefined, packages: undefined, findings: 0 };
  const row = { ...empty, ...board.rows.get(container), ...change };
  return { ...board, rows: new Map(board.rows).set(container, row) };
}
