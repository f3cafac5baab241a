/**
 * `megatron`: Megatron-core's indexed data sets, one of tokens and one of masks with the same
 * documents. Each piece is a document and ends with end-of-text, by which Megatron knows bounds.
 * The class that reads the mask lies beside them, because Megatron has none.
 * Layout: NVIDIA/Megatron-LM, megatron/core/datasets/indexed_dataset.py (DType, _IndexWriter,
 * _IndexReader).
 */
import { readFile } from 'node:fs/promises';
import type { ExportFile, ExportFolder } from '../../folder.ts';
import type { ExportFormat } from '../../format.ts';
import { endPieces, pieceLengths, predictableMask, rawBytes, signedIds } from '../../masks.ts';

/** Codes of value types in the index; unsigned 32-bit integers have none. */
const valueTypes = { uint8: { code: 1, bytes: 1 }, int32: { code: 4, bytes: 4 } } as const;

type ValueType = (typeof valueTypes)[keyof typeof valueTypes];

const maskReader = new URL('masked_gpt_dataset.py', import.meta.url);

/** Index entries that are collected in memory before they are written. */
const indexChunk = 65_536;

export const megatron: ExportFormat = {
  name: 'megatron',
  mask: { position: 'token t', firstToken: '0', lastToken: 'unchanged' },
  compressions: ['none'],
  summary:
    "Megatron-core `.bin`/`.idx`: `tokens` (int32) and, with the same documents, `mask` (uint8, aligned with the tokens, 0 at a document's first). Each piece is a document; where it goes on elsewhere an end-of-text that is not trained follows it. `masked_gpt_dataset.py` is the data set class that reads the mask.",
  parts: [],
  loading: [
    'from megatron.core.datasets.indexed_dataset import IndexedDataset',
    'tokens, mask = IndexedDataset("tokens"), IndexedDataset("mask")',
    'trained = tokens[0][mask[0] == 1]  # the trained tokens of the first document',
  ],
  settings: [
    {
      reader: 'Megatron-LM, loss',
      set: '`MaskedGPTDataset` of `masked_gpt_dataset.py` for `GPTDataset`',
      otherwise: 'Megatron reads no mask: every token is trained',
    },
    {
      reader: 'Megatron-LM, attention within pieces',
      set: '`--reset-position-ids --reset-attention-mask --eod-mask-loss`, or from 0.19 on `inter_document_masking=True`',
      otherwise: 'attention and positions run over the bounds of pieces (its default for any data)',
    },
  ],
  open: (folder, { head }) => {
    const lengths: number[] = [];
    let tokens: ExportFile | null = null;
    let mask: ExportFile | null = null;
    return {
      addShard: async ({ packs }) => {
        tokens ??= await folder.open('tokens.bin');
        mask ??= await folder.open('mask.bin');
        for (const each of packs) {
          const pack = endPieces(each, head.tokenizer.endOfText);
          await tokens.append(rawBytes(signedIds(pack)));
          await mask.append(rawBytes(predictableMask(pack)));
          lengths.push(...pieceLengths(pack));
        }
      },
      finish: async () => {
        await folder.write('masked_gpt_dataset.py', await readFile(maskReader));
        await (tokens ?? (await folder.open('tokens.bin'))).close();
        await (mask ?? (await folder.open('mask.bin'))).close();
        await writeIndex(folder, 'tokens.idx', lengths, valueTypes.int32);
        await writeIndex(folder, 'mask.idx', lengths, valueTypes.uint8);
      },
    };
  },
};

async function writeIndex(
  folder: ExportFolder,
  path: string,
  lengths: readonly number[],
  type: ValueType,
): Promise<void> {
  const file = await folder.open(path);
  await file.append(indexHeader(lengths.length, type));
  const write = (itemBytes: number, count: number, put: (at: Buffer, item: number) => void) =>
    appendChunks(file, itemBytes, count, put);
  await write(4, lengths.length, (at, item) => at.writeInt32LE(lengths[item] ?? 0));
  let offset = 0;
  await write(8, lengths.length, (at, item) => {
    at.writeBigInt64LE(BigInt(offset));
    offset += (lengths[item] ?? 0) * type.bytes;
  });
  await write(8, lengths.length + 1, (at, item) => at.writeBigInt64LE(BigInt(item)));
  await file.close();
}

/** Magic, version, value type, number of sequences, and number of document bounds (one more). */
export function indexHeader(sequences: number, type: ValueType): Buffer {
  const header = Buffer.alloc(34);
  header.write('MMIDIDX\0\0', 'latin1');
  header.writeBigUInt64LE(1n, 9);
  header.writeUInt8(type.code, 17);
  header.writeBigUInt64LE(BigInt(sequences), 18);
  header.writeBigUInt64LE(BigInt(sequences + 1), 26);
  return header;
}

async function appendChunks(
  file: ExportFile,
  itemBytes: number,
  count: number,
  put: (at: Buffer, item: number) => void,
): Promise<void> {
  for (let start = 0; start < count; start += indexChunk) {
    const items = Math.min(indexChunk, count - start);
    const chunk = Buffer.alloc(items * itemBytes);
    for (let item = 0; item < items; item += 1) {
      put(chunk.subarray(item * itemBytes), start + item);
    }
    await file.append(chunk);
  }
}
