/**
 * `preferences`: pairs of thoughts in the columns that TRL's DPO trainer reads. What was kept is
 * read from the shards and what lost from the log of the run, and the two must agree.
 */
import { zstdCompressSync } from 'node:zlib';
import {
  parseTrajectory,
  renderHeader,
  renderSegment,
  type TextSegment,
} from '../../../schemas/trajectory-text.ts';
import { fileKey, readCandidates, type SearchedFile } from '../../dataset/run-log/candidates.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import type { ExportDocument } from '../document.ts';
import type { ExportFormat } from '../format.ts';
import { shardStem } from '../masks.ts';
import { type Pair, pairsOf } from '../pairs.ts';

export const preferences: ExportFormat = {
  name: 'preferences',
  mask: null,
  needsLog: true,
  compressions: ['none', 'zstd'],
  summary:
    'One JSON object per pair and line, for DPO: `prompt` (the text of the file’s task and of what was read and written before the thought), `chosen`, `rejected`, and their scores.',
  parts: [{ name: 'pairs', files: 'pairs/*.jsonl*' }],
  loading: [
    'from datasets import load_dataset',
    'rows = load_dataset("json", data_files="pairs/*.jsonl*", split="train")',
    'clear = rows.filter(lambda row: row["score_gap"] >= 16)',
    'pairs = clear.select_columns(["prompt", "chosen", "rejected"])',
  ],
  open: (folder, { compression, runFolder }) => ({
    addShard: async ({ facts }, documents) => {
      const ids = new Set(documents.map(({ line }) => line.repositoryId));
      const { found, why } = await readCandidates(runFolder, ids);
      if (found === null) {
        throw new PipelineError(
          'OUTPUT_MISSING',
          `preferences are made from the log of the run, which cannot be read because ${why}; export where the run was`,
          runFolder === null ? {} : { subject: runFolder },
        );
      }
      const lines = documents.flatMap((document) => pairLines(document, found));
      if (lines.length === 0) return;
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
      const path = `pairs/${shardStem(facts.path)}.jsonl`;
      if (compression === 'none') await folder.write(path, bytes);
      else await folder.write(`${path}.zst`, zstdCompressSync(bytes));
    },
    finish: async () => {},
  }),
};

function pairLines({ line, text }: ExportDocument, found: ReadonlyMap<string, SearchedFile>) {
  const fence = /^@+/.exec(text)?.[0] ?? '';
  const files = Map.groupBy(withFile(parseTrajectory(text)), ({ path }) => path);
  return [...files].flatMap(([path, own]) => {
    const searched = found.get(fileKey(line.repositoryId, path));
    if (searched === undefined) return [];
    return pairsOf(searched).map((pair) => {
      const thinks = own.flatMap(({ segment }, at) => (segment.kind === 'think' ? [at] : []));
      const at = thinks[pair.thought] ?? -1;
      if (own[at]?.segment.body !== endLine(pair.chosen.text)) throw disagreeing(line.name, path);
      const before = own.slice(0, at).map(({ segment }) => renderSegment(fence, segment));
      const think = renderHeader(fence, { kind: 'think', path: null, lines: null });
      const { sampleId, repositoryId, name, scorer } = line;
      return canonicalJson({
        ...rowOf(before.join('') + think, pair),
        ...{ id: sampleId, repositoryId, name, path, scorer },
        configuration: searched.thought.search?.configuration ?? null,
        target_bytes: searched.thought.search?.targetBytes ?? 0,
      });
    });
  });
}

/** As the trajectory writes a thought. */
function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** Scores are log2 of the code's probability, so that more is better. */
function rowOf(prompt: string, { thought, chosen, rejected }: Pair) {
  return {
    ...{ prompt, chosen: endLine(chosen.text), rejected: endLine(rejected.text) },
    ...{ score_chosen: -chosen.bits, score_rejected: -rejected.bits },
    score_gap: rejected.bits - chosen.bits,
    ...{ rejected_outcome: rejected.outcome, thought },
  };
}

/** The segments of files, each with the file whose `file` segment it follows. */
function withFile(segments: readonly TextSegment[]) {
  let path: string | null = null;
  return segments.flatMap((segment) => {
    if (segment.kind === 'file') path = segment.path;
    return path === null || segment.kind === 'done' ? [] : [{ path, segment }];
  });
}

function disagreeing(name: string, path: string): PipelineError {
  return new PipelineError(
    'OUTPUT_MISMATCH',
    `the log of the run holds another thought about ${path} of ${name} than the shards do; it is the log of another output, or it was changed`,
    { subject: path },
  );
}
