/** The parts of GitHub's answers that are used, parsed once at the edge. Pure. */
import { z } from 'zod';
import type { HostedRepository } from '../../../schemas/generated/types.ts';
import type { HostedCommit, SearchPage } from '../../ports/code-host.ts';
import type { Answer } from './judge.ts';
import { type QuotaState, type Resource, untilMs } from './quota.ts';

/** Names as GitHub allows them; whatever else comes is not used as a path. */
const fullName = z.string().regex(/^(?!\.)[\w.-]{1,100}\/(?!\.{1,2}$)[\w.-]{1,100}$/);

const repository = z.object({
  id: z.number().int().nonnegative(),
  full_name: fullName,
  fork: z.boolean().default(false),
  created_at: z.string().default(''),
  license: z.object({ spdx_id: z.string().max(100).nullish() }).nullish(),
});

const searchPage = z.object({
  total_count: z.number().int().nonnegative(),
  incomplete_results: z.boolean().default(false),
  items: z.array(z.unknown()),
});

/** What is left of a repository whose description has another form. */
const misfit = z.object({ id: z.unknown(), full_name: z.unknown() }).partial().catch({});
/** So many on one page, and no other, are no accident of single repositories. */
const misfitsMax = 5;

const commits = z
  .array(
    z.object({
      sha: z.string().regex(/^[0-9a-f]{40,64}$/),
      commit: z.object({ committer: z.object({ date: z.string() }).nullish() }).nullish(),
    }),
  )
  .min(1);

const limit = z.object({ limit: z.number(), remaining: z.number(), reset: z.number() });
const rateLimits = z.object({ resources: z.object({ core: limit, search: limit }) });

/** Null if the body is no such answer, as that of a proxy. */
export function parse<Value>(form: z.ZodType<Value>, { body }: Pick<Answer, 'body'>): Value | null {
  try {
    return form.parse(JSON.parse(body.toString('utf8')));
  } catch {
    // No JSON, or another form: the caller says of what.
    return null;
  }
}

function hosted(host: string, found: z.infer<typeof repository>): HostedRepository {
  const { id, full_name: name, fork, license } = found;
  return { host, id: `${id}`, name, licence: license?.spdx_id ?? null, fork };
}

export function readRepository(host: string, answer: Answer): HostedRepository | null {
  const found = parse(repository, answer);
  return found === null ? null : hosted(host, found);
}

export function readCommit(answer: Answer): HostedCommit | null {
  const [first] = parse(commits, answer) ?? [];
  if (first === undefined) return null;
  const timeMs = Date.parse(first.commit?.committer?.date ?? '');
  const etag = answer.headers.get('etag');
  return { commit: first.sha, timeMs: Number.isNaN(timeMs) ? 0 : Math.max(0, timeMs), etag };
}

export function readSearchPage(host: string, answer: Answer): SearchPage | null {
  const page = parse(searchPage, answer);
  const dateMs = Date.parse(answer.headers.get('date') ?? '');
  // Without the host's time nobody knows where a later search goes on.
  if (page === null || Number.isNaN(dateMs)) return null;
  const read = page.items.map((item) => repository.safeParse(item));
  const items = read.flatMap(({ data }) => data ?? []);
  const unusable = page.items.filter((_, index) => read[index]?.success !== true).map(calledOf);
  if (items.length === 0 && unusable.length >= misfitsMax) return null;
  return {
    total: page.total_count,
    incomplete: page.incomplete_results,
    repositories: items.map((item) => hosted(host, item)),
    unusable,
    createdSeconds: items
      .map(({ created_at }) => Math.floor(Date.parse(created_at) / 1000))
      .filter((second) => !Number.isNaN(second)),
    hasNext: /<[^>]*>\s*;\s*rel="next"/.test(answer.headers.get('link') ?? ''),
    timeMs: dateMs,
  };
}

function calledOf(item: unknown): string {
  const { id, full_name: name } = misfit.parse(item);
  return (JSON.stringify(name ?? id) ?? 'one without a name').slice(0, 200);
}

export function readRateLimits(answer: Answer): ReadonlyMap<Resource, QuotaState> {
  const resources = parse(rateLimits, answer)?.resources;
  const names = ['core', 'search'] as const;
  return new Map(
    names.flatMap((name) => {
      const state = resources?.[name];
      if (state === undefined) return [];
      const resetsInMs = untilMs(state.reset, answer.headers);
      return [[name, { remaining: state.remaining, limit: state.limit, resetsInMs }]];
    }),
  );
}
