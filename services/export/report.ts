/** The content of `export.json`, which an export writes about itself. */
import type { FileFacts } from './folder.ts';
import type { Compression } from './format.ts';

/** What was exported, and every file with its hash, except `export.json` itself. */
export interface ExportReport {
  readonly export: 1;
  readonly format: string;
  readonly compression: Compression;
  readonly dataset: string;
  readonly runId: string;
  /** SHA-256 of the manifest's last entry when the export began. */
  readonly manifest: string;
  /** SHA-256 of the last generation of opt-outs then; null where nothing had left. */
  readonly optOuts: string | null;
  readonly tokenizer: string;
  readonly contextLength: number;
  readonly packs: number;
  readonly tokens: number;
  readonly trainedTokens: number;
  readonly documents: number;
  /** Documents with pieces that are in no shard yet; the text formats leave them out. */
  readonly incompleteDocuments: number;
  /** False while the output still grows. */
  readonly closed: boolean;
  readonly files: readonly FileFacts[];
}
