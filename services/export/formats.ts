/** The formats by name; the byte layout of each is in formats.md. */
import type { ExportFormat } from './format.ts';
import { huggingFace } from './hugging-face.ts';
import { jsonl } from './jsonl.ts';
import { mds } from './mds.ts';
import { megatron } from './megatron.ts';
import { olmo } from './olmo.ts';
import { parquet } from './parquet.ts';

export const formats = [
  mds,
  parquet,
  megatron,
  olmo,
  huggingFace,
  jsonl,
] as const satisfies readonly ExportFormat[];

export const formatNames: readonly string[] = formats.map(({ name }) => name);
