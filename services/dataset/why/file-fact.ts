/** What is known of one file of a repository, from its log and its samples. Pure. */
import type { FileThoughtBody, SearchReport } from '../../../schemas/generated/types.ts';
import type { FileFact, FileWork } from './answer.ts';
import type { FilePlaces } from './file-places.ts';
import type { LogStory } from './from-log.ts';
import type { SamplePlace } from './from-shards.ts';

export interface AskedFile {
  readonly path: string;
  readonly line: number | null;
}

export function factOfFile(
  { path, line }: AskedFile,
  story: LogStory | null,
  samples: readonly SamplePlace[],
  places: readonly FilePlaces[],
): FileFact {
  const admitted = story?.admitted?.files.find((file) => file.path === path) ?? null;
  const inShards = samples
    .flatMap((sample) => sample.line.files ?? [])
    .find((file) => file.path === path);
  const structure = story?.structure?.files.find((file) => file.path === path) ?? null;
  const planned = story?.plan?.files.find((file) => file.path === path) ?? null;
  const thought = story?.thoughts.get(path) ?? null;
  const evidence = story?.admitted?.licence.evidence ?? [];
  return {
    ...{ path, line },
    ...stateOf({ path, line }, story, inShards !== undefined, places),
    bytes: admitted?.bytes ?? inShards?.bytes ?? null,
    sha256: admitted?.sha256 ?? inShards?.sha256 ?? null,
    redactions: admitted?.redactions ?? null,
    redacted: admitted?.redacted ?? {},
    marked: admitted?.marked ?? {},
    licences: evidence.flatMap((each) => (each.path === path ? each.identifier : [])),
    language: structure?.language ?? null,
    purpose: planned?.purpose ?? null,
    dependsOn: planned?.dependsOn ?? [],
    work: thought === null ? null : workOf(thought),
    places,
  };
}

function stateOf(
  { path, line }: AskedFile,
  story: LogStory | null,
  isInShards: boolean,
  places: readonly FilePlaces[],
): Pick<FileFact, 'state' | 'why'> {
  if (isInShards) {
    if (line !== null && places.length === 0) {
      return { state: 'unknown', why: `the file is there and has no line ${line}` };
    }
    return { state: 'written', why: 'it is written in a sample' };
  }
  const skipped = story?.admitted?.skipped.find((file) => file.path === path);
  if (skipped !== undefined) {
    const detail = skipped.detail === null ? '' : ` (${skipped.detail})`;
    return { state: 'left out', why: `admit left it out: ${skipped.reason}${detail}` };
  }
  const failed = story?.thoughts.get(path);
  if (failed?.status === 'failed') {
    return { state: 'not written', why: failed.reason ?? 'the work on it failed' };
  }
  if (story?.admitted?.files.some((file) => file.path === path) === true) {
    return {
      state: 'not written',
      why: 'it was admitted, and is in no shard (see the repository)',
    };
  }
  if (story === null) return { state: 'unknown', why: 'no shard has it, and the log is missing' };
  if (story.admitted === null) {
    return { state: 'unknown', why: 'its repository ended before its files were listed' };
  }
  return { state: 'unknown', why: 'the repository came without a file of this path' };
}

function workOf({ status, reason, steps, search, usage }: FileThoughtBody): FileWork {
  const thoughts = steps.flatMap(({ kind, text }) => (kind === 'think' ? [text ?? ''] : []));
  return { status, reason, thoughts, ...searchOf(search), usage };
}

/** How many thoughts were rewritten, and what became of all candidates. */
export function searchOf(
  search: Pick<SearchReport, 'candidates'> | null,
): Pick<FileWork, 'rewritten' | 'candidates'> {
  const candidates: Record<string, number> = {};
  const kept = new Set<number>();
  for (const { outcome, thought } of search?.candidates ?? []) {
    candidates[outcome] = (candidates[outcome] ?? 0) + 1;
    if (outcome === 'accepted') kept.add(thought);
  }
  return { rewritten: kept.size, candidates };
}
