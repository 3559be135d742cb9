import { HoldfastError } from '../../errors/index.ts';
import { type Answer, headerOf, placeOf, readAnswer } from './answer.ts';
import type { RegistryRequest } from './connection.ts';
import type { BlobAddress } from './download.ts';
import { nextLink } from './link.ts';

export interface Page {
  readonly answer: Answer;
  readonly bytes: Uint8Array;
}

/**
 * The pages of a list (distribution-spec 1.1, "Listing Tags"). A link may only change the query: one that leads elsewhere,
 * back, or on without end is an error. `accept` says whether an answer is a page; if it isn't, the list ends there and the
 * answer has been dealt with.
 * @throws HoldfastError `registry-malformed`, `registry-limit`
 */
export async function* pagesOf(
  address: BlobAddress,
  first: string,
  accept: (answer: Answer) => Promise<boolean>,
  signal: AbortSignal,
): AsyncGenerator<Page, void, void> {
  const { connection, scopes } = address;
  const { limits } = connection;
  const seen = new Set<string>();
  let target: RegistryRequest['target'] = first;
  for (let count = 0; ; count++) {
    const headers = { accept: 'application/vnd.oci.image.index.v1+json, application/json' };
    const answer = await connection.ask({ method: 'GET', target, headers, scopes, repeatable: true, signal });
    const place = placeOf(answer.url);
    if (!(await accept(answer))) return;
    const bytes = await readAnswer(answer, limits.pageBytes, limits, signal);
    yield { answer, bytes };
    const next = nextOf(answer);
    if (next === undefined) return;
    seen.add(answer.url.href);
    if (seen.has(next.href)) throw new HoldfastError('registry-malformed', 'its pages lead in a circle', { place });
    if (count + 1 >= limits.pages)
      throw new HoldfastError('registry-limit', `more than ${limits.pages} pages`, { place });
    target = next;
  }
}

function nextOf(answer: Answer): URL | undefined {
  const place = placeOf(answer.url);
  const header = headerOf(answer, 'link');
  if (header === undefined) return undefined;
  const link = nextLink(header);
  if (link === undefined) return undefined;
  const url = link === null || !URL.canParse(link, answer.url.href) ? undefined : new URL(link, answer.url);
  if (url === undefined) throw new HoldfastError('registry-malformed', 'a broken Link', { place });
  if (url.origin !== answer.url.origin || url.pathname !== answer.url.pathname || url.username !== '') {
    throw new HoldfastError('registry-malformed', `its next page is elsewhere: ${placeOf(url)}`, { place });
  }
  return url;
}
