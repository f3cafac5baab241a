/** The formats by name; the byte layout of each is in formats.md. */
import type { ExportFormat } from './format.ts';
import { huggingFace } from './formats/hugging-face.ts';
import { jsonl } from './formats/jsonl.ts';
import { mds } from './formats/mds.ts';
import { megatron } from './formats/megatron/megatron.ts';
import { olmo } from './formats/olmo.ts';
import { parquet } from './formats/parquet/parquet.ts';
import { preferences } from './formats/preferences.ts';
import { traces } from './formats/traces.ts';

export const formats = [
  mds,
  parquet,
  megatron,
  olmo,
  huggingFace,
  jsonl,
  preferences,
  traces,
] as const satisfies readonly ExportFormat[];

export const formatNames: readonly string[] = formats.map(({ name }) => name);
