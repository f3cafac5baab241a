/**
 * What the log of a run tells of one repository beyond its tokens: which file depends on which,
 * and for each file what the search did to its thoughts.
 */
import type { Edge, SearchReport, Step } from '../../../schemas/generated/types.ts';
import { type FromLog, forEachBodyOf, withRunLog } from './run-log.ts';

export interface FileJourney {
  readonly path: string;
  /** Null where the file was not searched. */
  readonly search: SearchReport | null;
  /** Thoughts as they were first, and as they are in the data set. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface RepositoryJourney {
  readonly edges: readonly Edge[];
  readonly files: ReadonlyMap<string, FileJourney>;
}

export async function readJourney(
  outputFolder: string | null,
  repositoryId: string,
): Promise<FromLog<RepositoryJourney>> {
  return withRunLog(outputFolder, async (log) => {
    let edges: readonly Edge[] = [];
    await forEachBodyOf(log, 'repo-structure', repositoryId, ({ body }) => {
      edges = body.edges;
    });
    const first = new Map<string, readonly string[]>();
    await forEachBodyOf(log, 'file-trace', repositoryId, ({ body: { path, steps } }) => {
      first.set(path, thoughtsOf(steps));
    });
    const files = new Map<string, FileJourney>();
    await forEachBodyOf(log, 'file-thought', repositoryId, ({ body: { path, steps, search } }) => {
      files.set(path, { path, search, before: first.get(path) ?? [], after: thoughtsOf(steps) });
    });
    return { edges, files };
  });
}

function thoughtsOf(steps: readonly Step[]): string[] {
  return steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : []));
}
