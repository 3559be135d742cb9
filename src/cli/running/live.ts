import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { WatchEvent } from '../../watch/index.ts';
import { colour, printable, table } from '../output/index.ts';
import { advance, type Board, emptyBoard } from './board.ts';
import type { Screen } from './lines.ts';
import { textOf, wordText } from './text.ts';

const redrawMillis = 200;

/**
 * What people see on a terminal: findings, gaps and notices scroll by and stay; below them a board of the running
 * containers is redrawn in place.
 */
export function liveScreen(stream: NodeJS.WriteStream): Screen {
  let board: Board = emptyBoard;
  let shown = 0;
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    timer = undefined;
    if (shown > 0) moveCursor(stream, 0, -shown);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    const lines = panel(board, stream.columns, stream.rows);
    stream.write([...waiting, ...lines, ''].join('\n'));
    waiting = [];
    shown = lines.length;
  };
  return {
    show: (event) => {
      board = advance(board, event);
      const text = lasting(event) ? textOf(event) : undefined;
      if (text !== undefined) waiting.push(text);
      timer ??= setTimeout(draw, redrawMillis);
    },
    end: () => {
      clearTimeout(timer);
      draw();
    },
  };
}

/** Worth staying on the screen: the board tells the rest. */
function lasting(event: WatchEvent): boolean {
  return event.type === 'finding' || event.type === 'coverage' || event.type === 'notice' || event.type === 'image';
}

function panel(board: Board, width: number, height: number): readonly string[] {
  const all = [...board.rows.values()];
  const room = Math.max(3, Math.floor(height / 2) - 4);
  const rows = all
    .slice(0, room)
    .map((row) => [
      printable(row.container),
      row.verdict === undefined ? '' : wordText(row.verdict.word),
      row.packages === undefined || row.packages.total === 0 ? '' : `${row.packages.used} of ${row.packages.total}`,
      row.findings === 0 ? '0' : colour('red', String(row.findings)),
      row.coverage ?? '',
    ]);
  const columns = [
    { title: 'container', shrinks: true },
    { title: 'verdict' },
    { title: 'packages in use' },
    { title: 'findings', align: 'right' },
    { title: 'coverage' },
  ] as const;
  const rest = all.length - rows.length;
  const memory = `agent ${Math.round(board.agentRssKib / 1024)} MiB, sensor ${Math.round(board.sensorRssKib / 1024)} MiB`;
  return [
    '',
    ...(rows.length === 0 ? ['No containers run.'] : table(columns, rows, width).trimEnd().split('\n')),
    ...(rest > 0 ? [`and ${rest} more`] : []),
    colour('dim', `${all.length} running, ${board.ended} ended; ${memory}; Ctrl-C ends watching`),
  ];
}
