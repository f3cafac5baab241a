/**
 * `parquet`: packed Parquet as Megatron-Bridge reads it. Its loader shifts tokens to labels within
 * each document but does not shift the mask, so the mask is stored shifted.
 * Columns and shift: NVIDIA-NeMo/Megatron-Bridge, src/megatron/bridge/data/packing/parquet.py and
 * gpt_sft.py (_build_loss_mask, collate_fn).
 */
import type { Pack } from '../../../../schemas/mds.ts';
import type { ExportFormat } from '../../format.ts';
import { shiftedMask, signedIds } from '../../masks.ts';
import { type ListColumn, parquetOfLists } from './lists.ts';
import { openParquetSet } from './set.ts';

const columns: readonly ListColumn<Pack>[] = [
  { name: 'input_ids', kind: 'values', value: signedIds },
  { name: 'loss_mask', kind: 'mask', value: shiftedMask },
  {
    name: 'seq_start_id',
    kind: 'values',
    value: ({ indices }) => Int32Array.from(indices, ([start]) => start),
  },
];

export const parquet: ExportFormat = {
  name: 'parquet',
  mask: { position: 'token t + 1', firstToken: 'has no position', lastToken: '0' },
  compressions: ['none', 'zstd'],
  summary:
    'Megatron-Bridge packed Parquet: `input_ids`, `loss_mask` (position t says whether token t + 1 is trained; 0 at the end of each document) and `seq_start_id`, one pack per row.',
  parts: [{ name: 'packed', files: 'packed/*.parquet' }],
  loading: [
    'from datasets import load_dataset',
    'packs = load_dataset("parquet", data_files="packed/*.parquet", split="train", streaming=True)',
    'pack = next(iter(packs))  # Megatron-Bridge: give the folder `packed` as packed_train_data_path',
  ],
  settings: [
    {
      reader: 'Megatron-Bridge',
      set: 'nothing, as `answer_only_loss=True` is its default',
      otherwise: 'with `False` it trains every token but end-of-text',
    },
  ],
  open: (folder, { compression }) => {
    const packed = openParquetSet<Pack>(folder, 'packed', (packs) =>
      parquetOfLists(packs, columns, compression),
    );
    return {
      addShard: ({ facts, packs }) => packed.addShard(facts.path, packs),
      finish: () => packed.finish(),
    };
  },
};
