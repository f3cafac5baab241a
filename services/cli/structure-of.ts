/** The structure of an admitted archive in the form that `structure --json` prints. */
import type {
  Edge,
  FileStructure,
  SkippedFile,
  Unresolved,
} from '../../schemas/generated/types.ts';
import type { Admission } from '../admit/admit-archive.ts';
import type { Configuration } from '../extract/config.ts';
import { openExtractor } from '../extract/extractor.ts';

export interface Structure {
  readonly files: readonly FileStructure[];
  readonly edges: readonly Edge[];
  readonly unresolved: readonly Unresolved[];
  /** Files not admitted, and admitted ones that could not be read to their end. */
  readonly skipped: readonly SkippedFile[];
  readonly order: readonly string[];
}

export async function extractStructure(
  admission: Pick<Admission, 'files' | 'skipped'>,
  configuration: Configuration,
  signal: AbortSignal,
): Promise<Structure> {
  const extractor = openExtractor(configuration);
  try {
    const texts = admission.files.map(({ path, bytes }) => ({
      path,
      text: async () => bytes,
    }));
    const { shortfalls, counts: _, ...structure } = await extractor.extract(texts, signal);
    return { ...structure, skipped: [...admission.skipped, ...shortfalls] };
  } finally {
    await extractor.close();
  }
}
