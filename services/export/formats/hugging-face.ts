/**
 * `hf`: Parquet for Hugging Face trainers. `packs/` has tokens, and labels and masks aligned with
 * them. `text/` has whole documents with character spans, and their text again as messages.
 */
import type { Pack } from '../../../schemas/mds.ts';
import type { ExportDocument } from '../document.ts';
import type { ExportFormat } from '../format.ts';
import { labels, pieceLengths, positions, predictableMask, signedIds } from '../masks.ts';
import { type Column, listElements, parquetFile, scalarElement } from './parquet/file.ts';
import { type ListColumn, parquetOfLists } from './parquet/lists.ts';
import { openParquetSet } from './parquet/set.ts';

const packColumns: readonly ListColumn<Pack>[] = [
  { name: 'input_ids', kind: 'values', value: signedIds },
  { name: 'labels', kind: 'values', value: labels },
  { name: 'completion_mask', kind: 'mask', value: predictableMask },
  {
    name: 'seq_lengths',
    kind: 'values',
    value: (pack) => Int32Array.from(pieceLengths(pack)),
  },
  { name: 'position_ids', kind: 'values', value: positions },
];

function textColumn(name: string, value: (document: ExportDocument) => string) {
  return { name, schema: [scalarElement(name, 'string')], value };
}

const textColumns: readonly Column<ExportDocument>[] = [
  textColumn('id', ({ line }) => line.sampleId),
  textColumn('name', ({ line }) => line.name),
  textColumn('origin', ({ line }) => line.origin),
  textColumn('commit', ({ line }) => line.commit ?? ''),
  textColumn('licence', ({ line }) => line.licence),
  textColumn('text', ({ text }) => text),
  {
    name: 'spans',
    schema: listElements('spans', { start: 'int32', end: 'int32', trained: 'bool' }),
    value: ({ spans }) => spans,
  },
  {
    name: 'messages',
    schema: listElements('messages', { role: 'string', content: 'string' }),
    value: ({ messages }) => messages,
  },
];

export const huggingFace: ExportFormat = {
  name: 'hf',
  mask: {
    position: 'token t (the model shifts labels)',
    firstToken: '-100 and 0',
    lastToken: 'unchanged',
  },
  compressions: ['none', 'zstd'],
  summary:
    'Parquet. `packs/`: `input_ids`, `labels` (-100 where not trained and at the first token of each document; not shifted), `completion_mask`, `seq_lengths` and `position_ids` of the pieces. `text/`: one document per row with `spans` (characters, trained or not) and `messages` (the turns of the template `chat`, with its names of roles; else assistant = trained).',
  parts: [
    { name: 'packs', files: 'packs/*.parquet' },
    { name: 'text', files: 'text/*.parquet' },
  ],
  loading: [
    'from datasets import load_dataset',
    'packs = load_dataset("parquet", data_files="packs/*.parquet", split="train", streaming=True)',
    'texts = load_dataset("parquet", data_files="text/*.parquet", split="train", streaming=True)',
    'trained = [row["text"][s["start"]:s["end"]] for row in texts for s in row["spans"] if s["trained"]]',
  ],
  settings: [
    {
      reader: 'transformers `Trainer`',
      set: '`per_device_train_batch_size=1`, no `attention_mask`',
      otherwise: 'rows differ in length; a mask of ones undoes the bounds of pieces',
    },
    {
      reader: 'TRL `SFTTrainer`',
      set: '`SFTConfig(max_length=None, padding_free=True, packing=False)`',
      otherwise: 'its default cuts every pack at 1,024 tokens; `packing=True` forgets the pieces',
    },
  ],
  open: (folder, { compression }) => {
    const packSet = openParquetSet<Pack>(folder, 'packs', (packs) =>
      parquetOfLists(packs, packColumns, compression),
    );
    const textSet = openParquetSet<ExportDocument>(folder, 'text', (documents) =>
      parquetFile(documents, textColumns, compression),
    );
    return {
      addShard: async ({ facts, packs }, documents) => {
        await packSet.addShard(facts.path, packs);
        if (documents.length > 0) await textSet.addShard(facts.path, documents);
      },
      finish: async () => {
        await packSet.finish();
        await textSet.finish();
      },
    };
  },
};
