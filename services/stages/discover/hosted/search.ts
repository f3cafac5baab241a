/**
 * Lists a search part by part, so that the most that a host shows of one hides nothing. Each part
 * is a record before its repositories are read: a restart goes on behind it. What the host counts
 * and does not show is told as a shortfall.
 */
import type {
  HostedRepository,
  ListedRepository,
  SourceListedBody,
} from '../../../../schemas/generated/types.ts';
import { type CodeHost, pageSize, shownMax } from '../../../ports/code-host.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import type { Known } from './known.ts';
import {
  parseRange,
  type Range,
  rangeText,
  type Sight,
  splitRange,
  takeRange,
} from './search-ranges.ts';

export type SearchStep =
  | { readonly kind: 'listed'; readonly body: SourceListedBody }
  | { readonly kind: 'repository'; readonly listed: ListedRepository }
  | { readonly kind: 'shortfall'; readonly part: string; readonly detail: string }
  /** The source was never listed, and is only compared. */
  | { readonly kind: 'new' };

export interface SearchSource {
  /** As the user named it. */
  readonly source: string;
  readonly query: string;
}

interface Walk extends SearchSource {
  readonly words: string;
  readonly host: CodeHost;
  readonly known: Known;
  readonly signal: AbortSignal;
}

export async function* listSearch(
  source: SearchSource,
  { host, known }: { readonly host: CodeHost; readonly known: Known },
  signal: AbortSignal,
): AsyncGenerator<SearchStep> {
  const { words, range } = takeRange(source.query);
  const walk: Walk = { ...source, words, host, known, signal };
  for (let next: Range | null = range; next !== null; ) {
    const before = known.listed(source.source, rangeText(next));
    // A live data set also asks for what was created since the last listing.
    if (before === null && next !== range && known.purpose !== 'again') return;
    yield* walkRange(walk, next);
    const listed = known.listed(source.source, rangeText(next));
    if (listed === null || (before === null && next !== range)) return;
    next = since(next, listed);
  }
}

/** A search finds a new repository only when the host has indexed it: minutes after it is there. */
const indexedSeconds = 900;

/**
 * The range behind one that has no end; null behind one that has. It begins before the end of the
 * last one, and what both show is known.
 */
function since({ created, stars }: Range, { untilMs }: SourceListedBody): Range | null {
  if (created.to !== null) return null;
  const from = Math.max(created.from, Math.floor(untilMs / 1000) - indexedSeconds) + 1;
  return { created: { from, to: null }, stars };
}

async function* walkRange(walk: Walk, range: Range): AsyncGenerator<SearchStep> {
  const { source, known } = walk;
  const part = rangeText(range);
  let listed = known.listed(source, part);
  let named = '';
  if (listed === null) {
    if (known.purpose === 'compare') {
      yield { kind: 'new' };
      return;
    }
    const { body, unusable } = await listRange(walk, range);
    listed = body;
    known.note(listed);
    yield { kind: 'listed', body: listed };
    named = namedIn(unusable);
  }
  for (const each of listed.parts) yield* walkRange(walk, parseRange(each));
  for (const each of listed.repositories) yield { kind: 'repository', listed: each };
  const hidden = listed.total - listed.repositories.length;
  if (listed.parts.length > 0 || hidden <= 0) return;
  const detail = `of ${listed.total} repositories with ${part} the code host does not show ${hidden}${named}`;
  yield { kind: 'shortfall', part, detail };
}

/** Names that are told; a record has all numbers. */
const namedMax = 20;

function namedIn(unusable: readonly string[]): string {
  if (unusable.length === 0) return '';
  const more = unusable.length > namedMax ? ` and ${unusable.length - namedMax} more` : '';
  const names = unusable.slice(0, namedMax).join(', ');
  return ` in a form that can be used, of them ${names}${more}`;
}

interface Listing {
  readonly body: SourceListedBody;
  /** What the host calls those that it describes in another form. */
  readonly unusable: readonly string[];
}

/** One range: its repositories, or the parts to list instead. */
async function listRange(walk: Walk, range: Range): Promise<Listing> {
  const { repositories, unusable, isCut, ...sight } = await readPages(walk, range);
  const { total, nowSecond } = sight;
  const untilMs = nowSecond * 1000;
  const fact = { source: walk.source, part: rangeText(range), total, untilMs };
  // A single page is one answer: asking again in parts would not show more.
  const mayHide = isCut || (repositories.length + unusable.length < total && total > pageSize);
  const parts = mayHide ? splitRange(range, sight) : null;
  if (parts !== null) {
    return { body: { ...fact, parts: parts.map(rangeText), repositories: [] }, unusable: [] };
  }
  return { body: { ...fact, parts: [], repositories: repositories.map(listedOf) }, unusable };
}

interface Pages extends Sight {
  readonly repositories: readonly HostedRepository[];
  readonly unusable: readonly string[];
  /** More match than are shown, or the host gave up. */
  readonly isCut: boolean;
}

/** Times that a page is asked for while the host runs out of time. */
const incompleteMax = 3;

async function readPages(walk: Walk, range: Range): Promise<Pages> {
  const found = new Map<string, HostedRepository>();
  const unusable = new Set<string>();
  let sight: Sight = { total: 1, nowSecond: 0, createdSeconds: [] };
  let isCut = false;
  for (let page = 1; page <= shownMax / pageSize; page += 1) {
    const answer = await readPage(walk, range, page);
    if (answer === null) return { ...sight, repositories: [], unusable: [], isCut: true };
    if (page === 1) {
      const nowSecond = Math.floor(answer.timeMs / 1000);
      sight = { total: answer.total, nowSecond, createdSeconds: answer.createdSeconds };
    }
    isCut ||= answer.incomplete || answer.total > shownMax;
    // Its pages would come again with its parts; only what cannot be cut is read to the end.
    if (isCut && splitRange(range, sight) !== null) break;
    for (const each of answer.repositories) found.set(each.id, each);
    for (const each of answer.unusable) unusable.add(each);
    if (!answer.hasNext) break;
  }
  const repositories = [...found.values()].sort((a, b) => Number(a.id) - Number(b.id));
  return { ...sight, repositories, unusable: [...unusable], isCut };
}

/** Null where the host fails for this search, so that a narrower one may do better. */
async function readPage({ words, host, signal }: Walk, range: Range, page: number) {
  const query = `${words} ${rangeText(range)}`.trim();
  try {
    for (let tries = 1; ; tries += 1) {
      const answer = await host.search(query, page, signal);
      if (!answer.incomplete || tries === incompleteMax) return answer;
    }
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'SOURCE_FAILED') return null;
    throw error;
  }
}

function listedOf(repository: HostedRepository): ListedRepository {
  return { repository, commit: null, commitTimeMs: 0, etag: null };
}
