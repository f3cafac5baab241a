/**
 * What the data set knows of hosted sources already: what was listed, and which repositories have a
 * record. Read from the log when a process starts, so that it repeats and skips nothing.
 */
import type {
  HostedRepository,
  RepoFoundBody,
  SourceListedBody,
} from '../../../../schemas/generated/types.ts';
import { canonicalJson, sha256 } from '../../../runtime/ids.ts';
import type { SourcePast } from '../../../runtime/stage.ts';

export interface Known {
  /** What was listed of a part of a source; the last time counts. */
  listed(source: string, part: string): SourceListedBody | null;
  /** Remembers what is listed now. */
  note(listed: SourceListedBody): void;
  /** The commit at which the data set has the repository; null if it has it at none. */
  commitOf(repository: HostedRepository): string | null;
  has(repositoryId: string): boolean;
  readonly purpose: SourcePast['purpose'];
}

/** Equal on one host are the repository and the commit: names change, and bytes of archives too. */
export function hostedIdentity({ host, id }: HostedRepository, commit: string): string {
  return sha256(canonicalJson(['hosted', host, id, commit])).slice(0, 32);
}

/** Of what gave no repository: a source, or a repository that was listed. */
export function failedIdentity(host: string, what: string): string {
  return sha256(canonicalJson(['failed', host, what])).slice(0, 32);
}

export async function readKnown(past: SourcePast): Promise<Known> {
  const listings = new Map<string, SourceListedBody>();
  const commits = new Map<string, string>();
  const keyOf = (source: string, part: string) => canonicalJson([source, part]);
  const note = (body: SourceListedBody) => {
    listings.set(keyOf(body.source, body.part), body);
  };
  await past.bodies('source-listed', note);
  await past.bodies('repo-found', ({ hosted, commit }: RepoFoundBody) => {
    if (hosted !== null && commit !== null) commits.set(repositoryKey(hosted), commit);
  });
  return {
    note,
    listed: (source, part) => listings.get(keyOf(source, part)) ?? null,
    commitOf: (repository) => commits.get(repositoryKey(repository)) ?? null,
    has: past.has,
    purpose: past.purpose,
  };
}

function repositoryKey({ host, id }: HostedRepository): string {
  return `${host}/${id}`;
}
