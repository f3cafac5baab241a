/**
 * What episodes change: this repository and the sources of installed packages, once as one document
 * each and once divided, without search. A piece begins with its plan if the plan stands in its
 * first half; the plan of one that is cut amid a file is a masked copy. No network is used.
 */
import { openOutput } from '../../services/dataset/open-output.ts';
import { cutPieces, readHashed, readShards } from '../../services/dataset/read-shards.ts';
import { parseTokenizerFile } from '../../services/dataset/tokenizer-file.ts';
import { readVocabulary, type Vocabulary } from '../../services/dataset/vocabulary.ts';
import type { Report } from '../bench.ts';
import { runInstalled } from './corpora/installed-run.ts';

interface Measured {
  readonly documents: number;
  readonly pieces: number;
  /** Pieces that begin with a plan. */
  readonly planned: number;
  readonly packs: number;
  readonly paddingShare: number;
}

export async function run(report: Report): Promise<void> {
  const whole = await measure(['flatten.episodeTokens=0']);
  const divided = await measure([]);
  const compare = (metric: string, unit: string, of: (each: Measured) => number) =>
    report({ metric, value: of(divided), unit, baseline: of(whole) });
  compare('documents', 'documents', ({ documents }) => documents);
  compare('pieces', 'pieces', ({ pieces }) => pieces);
  compare('pieces per document', 'pieces', ({ pieces, documents }) => pieces / documents);
  compare('pieces that begin with a plan', 'share', ({ pieces, planned }) => planned / pieces);
  compare('packs', 'packs', ({ packs }) => packs);
  compare('padding', 'share', ({ paddingShare }) => paddingShare);
}

function measure(set: string[]): Promise<Measured> {
  return runInstalled({ search: 'off', set }, async (out, { packs, paddingShare }) => ({
    ...(await countPieces(out)),
    packs,
    paddingShare,
  }));
}

async function countPieces(out: string) {
  const { store, shards, head } = await openOutput(out);
  const file = parseTokenizerFile((await readHashed(store, head.tokenizer.file)).toString(), out);
  const end = file.added_tokens.find(({ id }) => id === head.tokenizer.endOfText);
  const vocabulary = readVocabulary(file, end?.content ?? '', out);
  const documents = new Set<string>();
  let [pieces, planned] = [0, 0];
  for await (const { facts, packs, provenance } of readShards(store, shards)) {
    for (const { line, inputIds } of cutPieces(facts, packs, provenance)) {
      documents.add(line.sampleId);
      pieces += 1;
      if (beginsWithPlan(vocabulary, inputIds)) planned += 1;
    }
  }
  return { documents: documents.size, pieces, planned };
}

function beginsWithPlan(vocabulary: Vocabulary, inputIds: Uint32Array): boolean {
  const first = inputIds.subarray(0, inputIds.length >> 1);
  const text = vocabulary.decode(first.filter((id) => !vocabulary.isControl(id))).toString();
  const fence = text.slice(0, text.indexOf(' '));
  return text.includes(`\n${fence} plan`);
}
