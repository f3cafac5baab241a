/**
 * What the shards tell: which samples a repository has, and in which packs and tokens each lies.
 * Only provenance is read, unless a file was asked for.
 */
import type { ProvenanceLine } from '../../../schemas/manifest.ts';
import type { OpenOutput } from '../open-output.ts';
import { readProvenance } from '../read-shards.ts';
import type { Asked } from './asked.ts';
import type { Matches } from './found.ts';

/** Tokens of one pack that hold a part of a sample. */
export interface PiecePlace {
  readonly shard: string;
  /** Number of the pack in the data set: the trainer's position. */
  readonly pack: number;
  readonly tokens: readonly [number, number];
  /** Of these, how many at the start repeat earlier parts of the document, masked. */
  readonly prefixTokens: number;
  readonly documentTokens: readonly [number, number];
}

export interface SamplePlace {
  readonly id: string;
  readonly episode: { readonly number: number; readonly of: number } | null;
  /** False while some of its pieces are in no shard yet. */
  readonly whole: boolean;
  readonly pieces: readonly PiecePlace[];
  /** The first piece that is there; its facts hold for the sample. */
  readonly line: ProvenanceLine;
}

/** Finds the repositories in the shards that answer to what was asked. */
export async function matchShards(
  { store, shards }: OpenOutput,
  asked: Asked,
  matches: Matches,
): Promise<void> {
  for (const facts of shards) {
    const { provenance } = await readProvenance(store, facts);
    for (const { sampleId, repositoryId, name, origin, episode, files } of provenance) {
      const repository = { repositoryId, name };
      const episodes = episode === undefined ? [] : [`${name}#${episode.number}`];
      const own = asked.repository({ name, origin }, [repositoryId]);
      const sample = asked.repository({ name: '', origin: '' }, [sampleId, ...episodes]);
      if (own !== null) matches.add(own, { ...repository, sampleId: null });
      if (sample !== null) matches.add(sample, { ...repository, sampleId });
      const file = files?.map(({ path }) => asked.file(path)).find((match) => match !== null);
      if (file !== undefined) matches.add(file, { ...repository, sampleId: null });
    }
  }
}

/** The samples of these repositories, by repository. */
export async function readPlaces(
  { store, shards }: OpenOutput,
  repositoryIds: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly SamplePlace[]>> {
  const samples = new Map<string, { line: ProvenanceLine; pieces: PiecePlace[] }>();
  for (const facts of shards) {
    const { provenance } = await readProvenance(store, facts);
    for (const line of provenance) {
      if (!repositoryIds.has(line.repositoryId)) continue;
      const known = samples.get(line.sampleId) ?? { line, pieces: [] };
      if (line.piece === 0) known.line = line;
      known.pieces.push(placeOf(facts.path, line));
      samples.set(line.sampleId, known);
    }
  }
  const places = [...samples.values()].map(({ line, pieces }): [string, SamplePlace] => {
    const { sampleId: id, episode = null, pieces: all, repositoryId } = line;
    const whole = pieces.length === all;
    const inOrder = pieces.toSorted((a, b) => a.documentTokens[0] - b.documentTokens[0]);
    return [repositoryId, { id, episode, whole, pieces: inOrder, line }];
  });
  const byRepository = Map.groupBy(places, ([repositoryId]) => repositoryId);
  return new Map(
    [...byRepository].map(([id, all]) => [id, all.map(([, place]) => place).sort(byEpisode)]),
  );
}

function byEpisode(a: SamplePlace, b: SamplePlace): number {
  return (a.episode?.number ?? 0) - (b.episode?.number ?? 0);
}

function placeOf(shard: string, line: ProvenanceLine): PiecePlace {
  const { pack, tokens, prefixTokens, documentTokens } = line;
  return { shard, pack, tokens, prefixTokens, documentTokens };
}
