/** The search of the scripted GitHub server: qualifiers, the cap, pages and their links. */
import type { FakeRepository } from './repositories.ts';

export interface SearchAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly link: string | null;
}

const shownMax = 1000;

export function searchRepositories(
  repositories: readonly FakeRepository[],
  url: URL,
  incomplete: boolean,
): SearchAnswer {
  const query = url.searchParams.get('q') ?? '';
  const size = Math.min(100, Number(url.searchParams.get('per_page') ?? 30));
  const page = Number(url.searchParams.get('page') ?? 1);
  const accepts = acceptOf(query);
  if (accepts === null) return failed('Validation Failed');
  if ((page - 1) * size >= shownMax) {
    return failed('Only the first 1000 search results are available');
  }
  const found = repositories.filter(accepts).sort((a, b) => b.stars - a.stars || a.id - b.id);
  const shown = found.slice(0, shownMax).slice((page - 1) * size, page * size);
  // A search that ran out of time has what was found until then.
  const items = incomplete ? shown.slice(0, Math.floor(shown.length / 2)) : shown;
  const last = Math.ceil(Math.min(found.length, shownMax) / size);
  const total_count = incomplete ? Math.ceil(found.length / 2) : found.length;
  return {
    status: 200,
    body: { total_count, incomplete_results: incomplete, items: items.map(describe) },
    link: page < last ? linkOf(url, page + 1, last) : null,
  };
}

function failed(message: string): SearchAnswer {
  return { status: 422, body: { message, errors: [] }, link: null };
}

function linkOf(url: URL, next: number, last: number): string {
  const at = (page: number, relation: string) => {
    const to = new URL(url);
    to.searchParams.set('page', `${page}`);
    return `<${to}>; rel="${relation}"`;
  };
  return `${at(next, 'next')}, ${at(last, 'last')}`;
}

/** The fields that the real answer has and that somebody could use. */
export function describe(repository: FakeRepository) {
  const { id, owner, name, fork, stars, created, licence, language } = repository;
  const spdx = licence === null ? null : { key: licence.toLowerCase(), spdx_id: licence };
  return {
    id,
    node_id: `R_${id}`,
    name,
    full_name: `${owner}/${name}`,
    private: false,
    owner: { login: owner, id: 1, type: 'User' },
    fork,
    created_at: new Date(created * 1000).toISOString().replace('.000', ''),
    stargazers_count: stars,
    language,
    license: spdx,
    default_branch: 'main',
    archived: false,
  };
}

type Accept = (repository: FakeRepository) => boolean;

/** Null for a query that the host refuses. */
function acceptOf(query: string): Accept | null {
  const accepts: Accept[] = [];
  for (const word of query.split(/\s+/).filter(Boolean)) {
    const [, name, value] = /^(\w+):(.+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined) {
      accepts.push((each) => each.name.includes(word));
    } else if (name === 'language') accepts.push((each) => each.language === value);
    else if (name === 'stars') accepts.push(within(value, Number, ({ stars }) => stars));
    else if (name === 'created') {
      const second = (text: string) => Date.parse(text) / 1000;
      accepts.push(within(value, second, ({ created }) => created));
    } else return null;
  }
  return accepts.length === 0 ? null : (each) => accepts.every((accept) => accept(each));
}

function within(
  value: string,
  read: (text: string) => number,
  of: (repository: FakeRepository) => number,
): Accept {
  const [from = '*', to = from] = value.split('..');
  const low = from === '*' ? Number.NEGATIVE_INFINITY : read(from);
  const high = to === '*' ? Number.POSITIVE_INFINITY : read(to);
  return (each) => of(each) >= low && of(each) <= high;
}
