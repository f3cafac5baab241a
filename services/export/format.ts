/** The interface of a format: the files that it writes, and how a person loads them. */
import type { ManifestEntry } from '../../schemas/manifest.ts';
import type { DatasetShard } from '../dataset/read-shards.ts';
import type { ExportDocument } from './document.ts';
import type { ExportFolder } from './folder.ts';

export type Compression = 'none' | 'zstd';

export interface FormatWriter {
  /** Writes a shard and the documents whose last piece is in it. */
  addShard(shard: DatasetShard, documents: readonly ExportDocument[]): Promise<void>;
  /** Writes the files that need all shards, such as an index. */
  finish(): Promise<void>;
}

/** A part of the data set that the `datasets` library loads by name. */
export interface CardPart {
  readonly name: string;
  readonly files: string;
}

/** What is exported, and how. */
export interface ExportOrder {
  /** The last entry of the manifest. */
  readonly head: ManifestEntry;
  readonly compression: Compression;
  /** May hold the log of the run; null for a bucket. */
  readonly runFolder: string | null;
}

/** What a reader must be told so that it trains on the same tokens within the same bounds. */
export interface ReaderSetting {
  readonly reader: string;
  /** The exact words to set, or `none`. */
  readonly set: string;
  /** What happens otherwise. */
  readonly otherwise: string;
}

/** What the positions of a mask are for, in the words of the table in formats.md. */
export interface MaskMeaning {
  /** What position t of the mask or of the labels is for. */
  readonly position: string;
  /** The value at the first token of a piece, which nothing in the piece predicts. */
  readonly firstToken: string;
  readonly lastToken: string;
}

export interface ExportFormat {
  readonly name: string;
  /** Null for a format without tokens. */
  readonly mask: MaskMeaning | null;
  readonly compressions: readonly Compression[];
  /** For the card: which file holds what. */
  readonly summary: string;
  readonly parts: readonly CardPart[];
  /** For the card, beside those of every export. */
  readonly tags?: readonly string[];
  /** Python that loads the format, at most five lines per reader. */
  readonly loading: readonly string[];
  /** For the card, the command and trainers.md; absent where a reader needs no word. */
  readonly settings?: readonly ReaderSetting[];
  /** Whether it also reads the log of the run, and fails without it. */
  readonly needsLog?: true;
  readonly open: (folder: ExportFolder, order: ExportOrder) => FormatWriter;
}
