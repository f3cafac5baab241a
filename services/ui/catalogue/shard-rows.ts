/**
 * The rows that one shard adds to the catalogue: what its provenance and its masks tell of each
 * sample with a piece in it. Rows depend on the shard's bytes alone, so they can be kept under its
 * hash. Pure.
 */
import { rowOfPath } from '../../../schemas/languages/languages.ts';
import type { ProvenanceLine } from '../../../schemas/manifest.ts';
import { countTrained } from '../../../schemas/mds.ts';
import { cutPieces, type DatasetShard } from '../../dataset/read-shards.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import type { Gain } from '../api.ts';
import { type LanguageCount, type ShardRow, type ShardRows, shardRowsVersion } from './rows.ts';

export function rowsOfShard({ facts, packs, provenance }: DatasetShard): ShardRows {
  const rows = new Map<string, ShardRow>();
  const languages = new Map<string, LanguageCount>();
  for (const { line, inputIds, mask } of cutPieces(facts, packs, provenance)) {
    const known = rows.get(line.sampleId) ?? emptyRow(line);
    rows.set(line.sampleId, {
      ...known,
      held: known.held + 1,
      // A later piece repeats the start of its document; those tokens are masked and count once.
      tokens: known.tokens + inputIds.length - line.prefixTokens,
      trained: known.trained + countTrained(mask),
      first: known.first ?? firstOf(line),
    });
    countLanguages(languages, line);
  }
  return {
    version: shardRowsVersion,
    rows: [...rows.values()],
    languages: [...languages.values()],
  };
}

function emptyRow(line: ProvenanceLine): ShardRow {
  const { sampleId: id, repositoryId, name, origin, licence, episode, pieces } = line;
  return {
    id,
    repositoryId,
    name,
    origin,
    licence,
    episode: episode === undefined ? null : `${episode.number}/${episode.of}`,
    bytes: line.document.bytes,
    gain: gainOf(line.search),
    teacher: canonicalJson(line.teacher),
    scorer: canonicalJson(line.scorer),
    pieces,
    held: 0,
    tokens: 0,
    trained: 0,
    first: null,
  };
}

export function firstOf({
  files,
  lacks,
}: Pick<ProvenanceLine, 'files' | 'lacks'>): ShardRow['first'] {
  if (files === null) return null;
  const counts: Record<string, number> = {};
  for (const { what } of lacks ?? []) {
    // A file that earns no thought lacks nothing.
    if (what !== 'plain') counts[what] = (counts[what] ?? 0) + 1;
  }
  return { files: files.length, lacks: counts };
}

export function gainOf(search: unknown): Gain | null {
  if (typeof search !== 'object' || search === null) return null;
  const { targetBytes, bitsBefore, bitsAfter } = search as Record<string, unknown>;
  const numbers = [targetBytes, bitsBefore, bitsAfter];
  if (numbers.some((value) => typeof value !== 'number')) return null;
  return { targetBytes, bitsBefore, bitsAfter } as Gain;
}

function countLanguages(languages: Map<string, LanguageCount>, { files }: ProvenanceLine): void {
  const met = new Set<string>();
  for (const { path, bytes } of files ?? []) {
    const name = rowOfPath(path)?.name ?? 'other';
    const count = languages.get(name) ?? { name, samples: 0, files: 0, bytes: 0 };
    languages.set(name, count);
    count.files += 1;
    count.bytes += bytes;
    if (!met.has(name)) count.samples += 1;
    met.add(name);
  }
}
