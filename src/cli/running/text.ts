import { verdict, type Word } from '../../verdict/index.ts';
import { type Finding, gapSentence, type WatchEvent } from '../../watch/index.ts';
import { type Colour, colour, printable } from '../output/index.ts';
import { termsOf } from './terms.ts';

const shades: Readonly<Record<Word, Colour>> = {
  drifted: 'red',
  exposed: 'red',
  unverified: 'yellow',
  unknown: 'yellow',
  verified: 'green',
};

export function wordText(word: Word): string {
  return colour(shades[word], word);
}

/** The line that people read of an event; undefined: not worth one. */
export function textOf(event: WatchEvent): string | undefined {
  const line = bodyOf(event);
  return line === undefined ? undefined : `${colour('dim', event.time.slice(11, 19))} ${line}`;
}

function isExcused(finding: Finding): boolean {
  return finding.term === 'behaviour' && finding.session !== null;
}

function bodyOf(event: WatchEvent): string | undefined {
  switch (event.type) {
    case 'container':
      return `${printable(event.container)}  ${event.state === 'seen' ? 'is watched' : 'ended'}`;
    case 'finding': {
      const { process } = event;
      if (process.pid === 0)
        return `${printable(event.container)}  ${colour('red', event.code)}  ${printable(event.why)}  ${event.id}`;
      const by = process.path === '' ? `pid ${process.pid}` : `${process.path}, pid ${process.pid}, uid ${process.uid}`;
      return `${printable(event.container)}  ${colour(isExcused(event) ? 'dim' : 'red', event.code)}  ${printable(event.why)} (${printable(by)})  ${event.id}${isExcused(event) ? ', in a debug session' : ''}`;
    }
    case 'state': {
      const { word, reasons } = verdict(termsOf(event.state));
      const why = [...new Set(reasons.filter((one) => one.word === word).map((one) => one.code))].join(', ');
      return `${printable(event.state.container)}  ${wordText(word)}  ${why}`;
    }
    case 'rbom':
      return `${printable(event.container)}  ${event.used} of ${event.total} packages in use`;
    case 'coverage':
      return event.repaired
        ? undefined
        : `${printable(event.container ?? 'all containers')}  ${colour('yellow', `gap: ${event.cause}`)}  ${gapSentence(event.cause)} ${printable(event.detail)}`;
    case 'image':
      if (event.state === 'reading') return `image ${event.image.slice(0, 19)}…  is being read`;
      return event.state === 'ready'
        ? `image ${event.image.slice(0, 19)}…  ${event.files} files, ${event.packages} packages`
        : `image ${event.image.slice(0, 19)}…  ${colour('red', 'could not be read')}: ${printable(event.detail)}`;
    case 'notice':
      return `${event.code}: ${printable(event.message)}`;
    case 'observation':
    case 'heartbeat':
      return undefined;
  }
}
