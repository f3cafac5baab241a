/**
 * `mds`: the native shards unchanged, or each compressed as one zstd frame, with an index that
 * Mosaic Streaming and ProLong read. The hashes of native shards are those of the manifest.
 */
import { zstdCompressSync } from 'node:zlib';
import { shardIndexEntry } from '../../../schemas/mds.ts';
import type { DatasetShard } from '../../dataset/read-shards.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import type { FileFacts } from '../folder.ts';
import type { ExportFormat } from '../format.ts';
import { shardStem } from '../masks.ts';

export const mds: ExportFormat = {
  name: 'mds',
  mask: {
    position: 'token t',
    firstToken: 'unchanged; the loader leaves out',
    lastToken: 'unchanged',
  },
  compressions: ['none', 'zstd'],
  summary:
    'Mosaic MDS version 2 with the columns of ProLong (`domain`, `indices`, `input_ids`, `length`, `mask`), one pack per row; the mask is aligned with the tokens.',
  parts: [],
  loading: [
    'from streaming import StreamingDataset',
    'dataset = StreamingDataset(local="cache", remote=".", shuffle=False, batch_size=1, validate_hash="sha256")',
    'pack = dataset[0]  # pack["input_ids"], pack["mask"], pack["indices"]',
  ],
  settings: [
    {
      reader: 'ProLong',
      set: '`--apply_instruct_masks`',
      otherwise: 'its collator reads no mask: every token is trained',
    },
    {
      reader: 'PyTorch `DataLoader`',
      set: 'a collate function, and in it `torch.from_numpy(row["input_ids"].astype("int64"))`',
      otherwise: 'rows differ in length, and `nn.Embedding` refuses unsigned ids',
    },
  ],
  open: (folder, { compression }) => {
    const index: unknown[] = [];
    return {
      addShard: async (shard) => {
        const name = `${shardStem(shard.facts.path)}.mds`;
        if (compression === 'none') {
          await folder.write(name, shard.bytes);
          index.push(indexEntry(shard, name));
          return;
        }
        // Compressed in one call, because Mosaic's decoder needs the content size in the frame.
        const zip = await folder.write(`${name}.zstd`, zstdCompressSync(shard.bytes));
        index.push({ ...indexEntry(shard, name), compression: 'zstd', zip_data: zipData(zip) });
      },
      finish: async () => {
        await folder.write('index.json', `${canonicalJson({ shards: index, version: 2 })}\n`);
      },
    };
  },
};

function indexEntry({ facts }: DatasetShard, name: string): Record<string, unknown> {
  const entry = shardIndexEntry(name, facts.bytes, facts.sha256, facts.packs);
  return entry as Record<string, unknown>;
}

function zipData({ path, bytes, sha256 }: FileFacts): unknown {
  return { basename: path, bytes, hashes: { sha256 } };
}
