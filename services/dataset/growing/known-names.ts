/** By which names the log of a run knows repositories, beyond those that the shards have. */

import { type OptOutRule, ruleFor } from '../opt-out/rules.ts';
import type { Named } from '../repository-names.ts';
import { forEachBody, type RunLog, withRunLog } from '../run-log/run-log.ts';
import { duplicatedTree, shortTree } from '../why/duplicates.ts';

/**
 * Repositories that the log knows by a name of a rule: also by those of the code host, and of
 * sources that came later with the same files.
 */
export function readKnownNames(runFolder: string | null, rules: readonly OptOutRule[]) {
  const read = async (log: RunLog) => {
    const known = new Map<string, string>();
    const aliases = new Map<string, Named[]>();
    await forEachBody(log, 'dropped', ({ envelope, body: { name, origin, ...drop } }) => {
      if (drop.reason !== 'DUPLICATE_REPOSITORY') return;
      if (!rules.some((rule) => rule.isAbout({ name, origin }))) return;
      // What the code host knows by its id is not fetched again, so its tree is not told.
      const first = duplicatedTree(drop) ?? envelope.repositoryId;
      aliases.set(first, [...(aliases.get(first) ?? []), { name, origin }]);
    });
    const aliasesOf = new Map<string, readonly Named[]>();
    await forEachBody(log, 'repo-found', ({ envelope: { repositoryId }, body }) => {
      const keys = [shortTree(body.treeSha256) ?? '', repositoryId];
      const also = keys.flatMap((key) => aliases.get(key) ?? []);
      if (also.length > 0) aliasesOf.set(repositoryId, also);
      for (const each of [body, ...also]) {
        const rule = ruleFor(rules, { ...each, paths: [] });
        if (rule !== null) known.set(repositoryId, rule.text);
      }
    });
    await forEachBody(log, 'repo-admitted', ({ envelope, body: { repository } }) => {
      const paths = repository.files.map(({ path }) => path);
      for (const each of [repository, ...(aliasesOf.get(envelope.repositoryId) ?? [])]) {
        const rule = ruleFor(rules, { ...each, paths });
        if (rule !== null) known.set(envelope.repositoryId, rule.text);
      }
    });
    return known;
  };
  return withRunLog(runFolder, read, 'copy');
}
