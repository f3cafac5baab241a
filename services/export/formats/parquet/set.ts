/** The Parquet files of one part of an export: a file for each shard. */
import type { ExportFolder } from '../../folder.ts';
import { shardStem } from '../../masks.ts';

export interface ParquetSet<Row> {
  addShard(shard: string, rows: readonly Row[]): Promise<void>;
  /** A set without rows has one file without rows, so that it loads by the card too. */
  finish(): Promise<void>;
}

export function openParquetSet<Row>(
  folder: Pick<ExportFolder, 'write'>,
  part: string,
  fileOf: (rows: readonly Row[]) => Uint8Array,
): ParquetSet<Row> {
  let files = 0;
  const write = async (name: string, rows: readonly Row[]) => {
    await folder.write(`${part}/${name}.parquet`, fileOf(rows));
    files += 1;
  };
  return {
    addShard: (shard, rows) => write(shardStem(shard), rows),
    finish: async () => {
      if (files === 0) await write('empty', []);
    },
  };
}
