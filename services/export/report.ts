/** What an export says of itself. */
import type { FileFacts } from './folder.ts';
import type { Compression } from './format.ts';

/** `export.json`: what was exported, and every file but itself with its hash. */
export interface ExportReport {
  readonly export: 1;
  readonly format: string;
  readonly compression: Compression;
  readonly dataset: string;
  readonly runId: string;
  /** SHA-256 of the manifest's last entry at the time. */
  readonly manifest: string;
  readonly tokenizer: string;
  readonly contextLength: number;
  readonly packs: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly documents: number;
  /** Documents of which some pieces are in no shard yet; they are missing in text forms. */
  readonly incompleteDocuments: number;
  /** False while the output still grows. */
  readonly closed: boolean;
  readonly files: readonly FileFacts[];
}
