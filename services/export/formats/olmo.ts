/**
 * `olmo`: headerless memmaps for OLMo-core, tokens and label mask of equal item counts. Its readers
 * find documents by the end-of-text token, cut a file into windows of the context and drop the
 * rest, each at its defaults. So every piece ends with that token, every pack is a window, and
 * every file a number of windows.
 * Layout: allenai/OLMo-core, src/olmo_core/data/utils.py (load_array_slice, iter_document_indices,
 * get_labels), data/numpy_dataset.py and data/composable/numpy_document_source.py.
 */
import { gzipSync } from 'node:zlib';
import type { Pack } from '../../../schemas/mds.ts';
import type { DatasetShard } from '../../dataset/read-shards.ts';
import type { ExportFormat } from '../format.ts';
import { endPieces, predictableMask, rawBytes, shardStem } from '../masks.ts';

/** A pack as it lies in the file, with the samples of its pieces. */
interface Window {
  readonly pack: Pack;
  readonly samples: readonly string[];
}

export const olmo: ExportFormat = {
  name: 'olmo',
  mask: { position: 'token t', firstToken: 'false', lastToken: 'unchanged' },
  compressions: ['none'],
  summary:
    'OLMo-core memmaps without a header: `tokens/*.npy` (uint32), `label-mask/*.npy` (bool, aligned with the tokens, false at the first token of each piece), `tokens/*.csv.gz` (start, end and id of each piece). Every piece ends with end-of-text, and every pack is filled up to the context; what is added is not trained.',
  parts: [],
  loading: [
    'import numpy as np',
    'tokens = np.memmap("tokens/shard.00000.npy", dtype=np.uint32, mode="r")',
    'trained = np.memmap("label-mask/shard.00000.npy", dtype=np.bool_, mode="r")',
    '# OLMo-core: paths=["tokens/*.npy"], label_mask_paths=["label-mask/*.npy"], dtype uint32,',
    '# sequence_length = the context length, eos_token_id = the end of text, both as told above',
  ],
  settings: [
    {
      reader: 'OLMo-core `NumpyPackedFSLDataset`, `NumpyFSLDataset`, composable sources',
      set: '`sequence_length` (the context length, or the next power of two) and `label_mask_paths`',
      otherwise: 'with a shorter one pieces are cut; without masks every token is trained',
    },
    {
      reader: 'OLMo-core, attention within pieces',
      set: '`generate_doc_lengths=True`',
      otherwise: 'attention crosses the bounds of pieces (its default for any data)',
    },
  ],
  open: (folder, { head }) => ({
    addShard: async (shard) => {
      const stem = shardStem(shard.facts.path);
      const tokens = await folder.open(`tokens/${stem}.npy`);
      const mask = await folder.open(`label-mask/${stem}.npy`);
      const windows = layOut(shard, head.contextLength, head.tokenizer.endOfText);
      for (const { pack } of windows) {
        await tokens.append(rawBytes(pack.inputIds));
        await mask.append(rawBytes(predictableMask(pack)));
      }
      await tokens.close();
      await mask.close();
      await folder.write(`tokens/${stem}.csv.gz`, gzipSync(documentBounds(windows)));
    },
    finish: async () => {},
  }),
};

/**
 * Packs of a file in order, each as long as the context. A full pack whose pieces go on elsewhere
 * is longer by their end-of-text tokens: such packs come last, so that they shift no other.
 */
function layOut(shard: DatasetShard, contextLength: number, endOfText: number): Window[] {
  const { packs, facts, provenance } = shard;
  const ids = new Map(
    provenance.map((line) => [`${line.pack - facts.firstPack} ${line.tokens[0]}`, line.sampleId]),
  );
  const ended = packs.map((pack, row): Window => {
    const samples = pack.indices.map(([start]) => ids.get(`${row} ${start}`) ?? '');
    return { pack: endPieces(pack, endOfText), samples };
  });
  const fits = ({ pack }: Window) => pack.inputIds.length <= contextLength;
  const windows = ended.filter(fits).map((each) => fill(each, contextLength, endOfText));
  const long = ended.filter((each) => !fits(each));
  const last = long.pop();
  if (last === undefined) return windows;
  const before = long.reduce((sum, { pack }) => sum + pack.inputIds.length, 0);
  const all = Math.ceil((before + last.pack.inputIds.length) / contextLength) * contextLength;
  return [...windows, ...long, fill(last, all - before, endOfText)];
}

/** Fills a pack up with a document of its own that nobody trains on. */
function fill({ pack, samples }: Window, length: number, endOfText: number): Window {
  const { length: used } = pack.inputIds;
  if (used === length) return { pack, samples };
  const inputIds = new Uint32Array(length).fill(endOfText === 0 ? 1 : 0);
  inputIds.set(pack.inputIds);
  inputIds[length - 1] = endOfText;
  const mask = new Uint8Array(length);
  mask.set(pack.mask);
  const indices = [...pack.indices, [used, length] as const];
  return { pack: { ...pack, indices, inputIds, mask }, samples: [...samples, ''] };
}

/** A line `start,end,id` for each piece; positions count tokens from the start of the file. */
function documentBounds(windows: readonly Window[]): string {
  let offset = 0;
  const lines: string[] = [];
  for (const { pack, samples } of windows) {
    for (const [piece, [start, end]] of pack.indices.entries()) {
      lines.push(`${offset + start},${offset + end},${samples[piece] ?? ''}\n`);
    }
    offset += pack.inputIds.length;
  }
  return lines.join('');
}
