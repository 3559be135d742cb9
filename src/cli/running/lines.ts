import type { Told } from '../../notify/index.ts';
import { verdict } from '../../verdict/index.ts';
import type { WatchEvent } from '../../watch/index.ts';
import { termsOf } from './terms.ts';
import { textOf } from './text.ts';

/** Where `watch` shows its events. */
export interface Screen {
  show(event: WatchEvent): void;
  end(): void;
}

/** The event as `--json` prints it: a state becomes a verdict, with each term. */
export function publicEvent(event: WatchEvent): Told {
  if (event.type !== 'state') return event;
  const { container, image, coverage } = event.state;
  const terms = termsOf(event.state);
  return { type: 'verdict', time: event.time, container, image, ...verdict(terms), terms, coverage };
}

/** One object a line. */
export function jsonLines(): Screen {
  return {
    show: (event) => {
      process.stdout.write(`${JSON.stringify(publicEvent(event))}\n`);
    },
    end: () => undefined,
  };
}

/** Plain lines that only grow: where stdout is no terminal. A verdict is said again when its words are others. */
export function textLines(): Screen {
  const verdicts = new Map<string, string>();
  return {
    show: (event) => {
      const text = textOf(event);
      if (text === undefined) return;
      if (event.type === 'state') {
        const words = text.slice(text.indexOf(' '));
        if (verdicts.get(event.state.container) === words) return;
        verdicts.set(event.state.container, words);
      } else if (event.type === 'container' && event.state === 'ended') verdicts.delete(event.container);
      process.stdout.write(`${text}\n`);
    },
    end: () => undefined,
  };
}
