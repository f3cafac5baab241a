/**
 * Which sources brought the same files: the drop of a duplicate names the tree, and so does the
 * record of the repository that came first.
 */
import { forEachBody, type RunLog } from '../run-log/run-log.ts';
import type { Duplicates } from './answer.ts';
import type { LogStory } from './from-log.ts';

/** Sources that are named; there may be thousands. */
const namedMax = 50;

export async function readDuplicates(
  log: RunLog,
  stories: ReadonlyMap<string, LogStory>,
): Promise<ReadonlyMap<string, Duplicates>> {
  const trees = new Map<string, string>();
  for (const [id, story] of stories) {
    const tree = treeOf(story);
    if (tree !== null) trees.set(id, tree);
  }
  const wanted = new Set(trees.values());
  const first = new Map<string, { readonly id: string; readonly name: string }>();
  const later = new Map<string, Map<string, string>>();
  if (wanted.size > 0) {
    await forEachBody(log, 'repo-found', ({ envelope, body }) => {
      const tree = shortTree(body.treeSha256);
      if (tree === null || !wanted.has(tree) || first.has(tree)) return;
      first.set(tree, { id: envelope.repositoryId, name: body.origin });
    });
    await forEachBody(log, 'dropped', ({ envelope, body }) => {
      const tree = duplicatedTree(body);
      if (tree === null || !wanted.has(tree)) return;
      const named = later.get(tree) ?? new Map<string, string>();
      if (named.size < namedMax) named.set(envelope.id, body.origin);
      later.set(tree, named);
    });
  }
  return new Map(
    [...trees].map(([id, tree]) => {
      const before = first.get(tree);
      const of = before === undefined || before.id === id ? null : before.name;
      return [id, { of, later: of === null ? [...(later.get(tree)?.values() ?? [])] : [] }];
    }),
  );
}

function treeOf(story: LogStory): string | null {
  if (story.found !== null) return shortTree(story.found.body.treeSha256);
  for (const { detail } of story.drops.values()) {
    const tree = namedTree(detail);
    if (tree !== null) return tree;
  }
  return null;
}

/** The tree that a duplicate's drop names, as `shortTree` gives it; null for other drops. */
export function duplicatedTree({
  reason,
  detail,
}: {
  readonly reason: string;
  readonly detail: string;
}): string | null {
  return reason === 'DUPLICATE_REPOSITORY' ? namedTree(detail) : null;
}

/** As much of a tree's digest as the detail of a duplicate's drop names. */
export function shortTree(treeSha256: string | null): string | null {
  return treeSha256?.slice(0, 16) ?? null;
}

function namedTree(detail: string): string | null {
  return /\(tree ([0-9a-f]{16})\)/.exec(detail)?.[1] ?? null;
}
