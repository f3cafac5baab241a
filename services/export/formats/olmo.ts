/**
 * `olmo`: headerless memmaps for OLMo-core, tokens and label mask of equal item counts. The bounds
 * of pieces lie beside the tokens, because a piece that continues elsewhere has no end token.
 * Layout: allenai/OLMo-core, src/olmo_core/data/utils.py (load_array_slice, iter_document_indices,
 * get_labels) and data/composable/numpy_document_source.py.
 */
import { gzipSync } from 'node:zlib';
import type { DatasetShard } from '../../dataset/read-shards.ts';
import type { ExportFormat } from '../format.ts';
import { predictableMask, rawBytes, shardStem } from '../masks.ts';

export const olmo: ExportFormat = {
  name: 'olmo',
  mask: { position: 'token t', firstToken: 'false', lastToken: 'unchanged' },
  compressions: ['none'],
  summary:
    'OLMo-core memmaps without a header: `tokens/*.npy` (uint32), `label-mask/*.npy` (bool, aligned with the tokens, false at the first token of each document), `tokens/*.csv.gz` (start, end and id of each document).',
  parts: [],
  loading: [
    'import numpy as np',
    'tokens = np.memmap("tokens/shard.00000.npy", dtype=np.uint32, mode="r")',
    'trained = np.memmap("label-mask/shard.00000.npy", dtype=np.bool_, mode="r")',
    '# OLMo-core: paths=["tokens/*.npy"], label_mask_paths=["label-mask/*.npy"], dtype uint32',
  ],
  open: (folder) => ({
    addShard: async (shard) => {
      const stem = shardStem(shard.facts.path);
      const tokens = await folder.open(`tokens/${stem}.npy`);
      const mask = await folder.open(`label-mask/${stem}.npy`);
      for (const pack of shard.packs) {
        await tokens.append(rawBytes(pack.inputIds));
        await mask.append(rawBytes(predictableMask(pack)));
      }
      await tokens.close();
      await mask.close();
      await folder.write(`tokens/${stem}.csv.gz`, gzipSync(documentBounds(shard)));
    },
    finish: async () => {},
  }),
};

/** A line `start,end,id` for each piece; positions count tokens from the start of the file. */
function documentBounds({ packs, facts, provenance }: DatasetShard): string {
  const ids = new Map(
    provenance.map((line) => [`${line.pack - facts.firstPack} ${line.tokens[0]}`, line.sampleId]),
  );
  let offset = 0;
  const lines: string[] = [];
  for (const [row, pack] of packs.entries()) {
    for (const [start, end] of pack.indices) {
      lines.push(`${offset + start},${offset + end},${ids.get(`${row} ${start}`) ?? ''}\n`);
    }
    offset += pack.inputIds.length;
  }
  return lines.join('');
}
