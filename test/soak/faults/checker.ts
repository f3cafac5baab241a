/**
 * Compares what a cluster left, in topics and shards, with what an undisturbed embedded run of the
 * same data set left. It shares no code with the stages that remove duplicates.
 */
import { differences, outputHashes } from '../compare-outputs.ts';
import type { FieldReport } from './fault.ts';
import { type Piece, readShards } from './shard-contents.ts';
import { allTopics, readCluster, readEmbedded, type TopicContents } from './topic-contents.ts';

export interface Expectation {
  readonly output: string;
  readonly topics: TopicContents;
}

export interface Findings {
  /** Records and pieces of the embedded run that are not in the cluster. */
  readonly lost: number;
  /** Pieces that the shards hold more than once. */
  readonly duplicated: number;
  /** Further copies of records in topics, which stages must see through. */
  readonly repeated: number;
  /** By topic, records that the embedded run has not made. */
  readonly strange: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

export interface Tolerance {
  /** Records that a fault put into topics, and what became of them, by topic. */
  readonly strange: Readonly<Record<string, number>>;
  readonly taken: FieldReport['taken'];
}

export async function expect(output: string, dataset: string): Promise<Expectation> {
  return { output, topics: await readEmbedded(output, dataset) };
}

export async function check(
  { output: embedded, topics }: Expectation,
  { brokers, dataset, output }: { brokers: string; dataset: string; output: string },
  tolerance: Tolerance,
): Promise<Findings> {
  const { taken } = tolerance;
  const changed = taken.repositories.size > 0;
  // Fewer samples make other shards.
  const derived = changed ? ['shard-sealed'] : [];
  const gone = new Set([...taken.topics, ...derived]);
  const records = compareTopics(topics, await readCluster(brokers, dataset), gone);
  const isThere = ({ repositoryId }: Piece) => !taken.repositories.has(repositoryId);
  const wanted = readShards(embedded).pieces.filter(isThere);
  const shards = readShards(output);
  const pieces = comparePieces(wanted, shards.pieces);
  const problems = [...shards.problems];
  if (!shards.closed) problems.push('the manifest is not closed');
  if (pieces.strange > 0) problems.push(`${pieces.strange} pieces that no input explains`);
  for (const topic of allTopics) {
    const strange = records.strange[topic] ?? 0;
    const allowed = tolerance.strange[topic] ?? 0;
    if (strange === allowed || derived.includes(topic)) continue;
    problems.push(`${topic}: ${strange} records are not of the embedded run, not ${allowed}`);
  }
  const different = changed ? [] : differences(outputHashes(embedded), outputHashes(output));
  if (different.length > 0) problems.push(`different bytes: ${different.join(', ')}`);
  return {
    lost: records.lost + pieces.lost,
    duplicated: pieces.duplicated,
    repeated: records.repeated,
    strange: records.strange,
    problems: [...records.problems, ...problems],
  };
}

function compareTopics(wanted: TopicContents, found: TopicContents, taken: ReadonlySet<string>) {
  const problems: string[] = [];
  const strange: Record<string, number> = {};
  let lost = 0;
  let repeated = 0;
  for (const topic of allTopics) {
    const there = found.get(topic) ?? new Map<string, number>();
    const hashes = [...(wanted.get(topic)?.keys() ?? [])];
    const missing = hashes.filter((hash) => !there.has(hash) && !taken.has(topic)).length;
    if (missing > 0) problems.push(`${topic}: ${missing} of ${hashes.length} records are missing`);
    lost += missing;
    for (const times of there.values()) repeated += times - 1;
    const known = new Set(hashes);
    const extra = [...there.keys()].filter((hash) => !known.has(hash)).length;
    if (extra > 0) strange[topic] = extra;
  }
  return { lost, repeated, strange, problems };
}

function comparePieces(wanted: readonly Piece[], found: readonly Piece[]) {
  const expected = new Set(wanted.map((piece) => piece.content));
  const seen = new Set(found.map((piece) => piece.content));
  return {
    lost: [...expected].filter((content) => !seen.has(content)).length,
    duplicated: found.length - seen.size,
    strange: [...seen].filter((content) => !expected.has(content)).length,
  };
}
