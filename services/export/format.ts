/** What a format is to the export: which files it writes, and how a person loads them. */
import type { DatasetShard } from '../dataset/read-shards.ts';
import type { ExportDocument } from './document.ts';
import type { ExportFolder } from './folder.ts';

export type Compression = 'none' | 'zstd';

export interface FormatWriter {
  /** Writes a shard and the documents that are complete with it. */
  addShard(shard: DatasetShard, documents: readonly ExportDocument[]): Promise<void>;
  /** Writes what comes after the last shard. */
  finish(): Promise<void>;
}

/** A part of the data set that the `datasets` library loads by name. */
export interface CardPart {
  readonly name: string;
  readonly files: string;
}

export interface ExportFormat {
  readonly name: string;
  readonly compressions: readonly Compression[];
  /** One sentence for the card: what is in which file. */
  readonly summary: string;
  readonly parts: readonly CardPart[];
  /** Python that loads it, at most five lines to a reader. */
  readonly loading: readonly string[];
  readonly open: (folder: ExportFolder, compression: Compression) => FormatWriter;
}
