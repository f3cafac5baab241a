/** The structure of an admitted archive, and the fields of it that `structure --json` prints. */
import { compareText } from '../../../schemas/compare-text.ts';
import type {
  Edge,
  FileStructure,
  SkippedFile,
  Unresolved,
} from '../../../schemas/generated/types.ts';
import type { Admission } from '../../stages/admit/admit-archive.ts';
import type { ExtractKnobs } from '../../stages/extract/config.ts';
import { openExtractor } from '../../stages/extract/extractor.ts';

export interface Structure {
  readonly files: readonly FileStructure[];
  readonly edges: readonly Edge[];
  readonly unresolved: readonly Unresolved[];
  /** Files that were not admitted, and admitted files that could not be parsed completely. */
  readonly skipped: readonly Pick<SkippedFile, 'path' | 'reason'>[];
  readonly order: readonly string[];
}

export async function extractStructure(
  admission: Pick<Admission, 'files' | 'skipped'>,
  configuration: ExtractKnobs,
  signal: AbortSignal,
): Promise<Structure> {
  const extractor = openExtractor(configuration);
  try {
    const texts = admission.files.map(({ path, bytes }) => ({
      path,
      text: async () => bytes,
    }));
    const { shortfalls, counts: _, ...structure } = await extractor.extract(texts, signal);
    const skipped = [...admission.skipped, ...shortfalls];
    skipped.sort((a, b) => compareText(a.path, b.path));
    // A getter unpacks the symbols anew on each access; the views need the same objects each time.
    const files = structure.files.map((file) => ({ ...file }));
    return { ...structure, files, skipped };
  } finally {
    await extractor.close();
  }
}

/** Picks the documented fields only; other fields of a record may change with the schemas. */
export function documentedFields({ files, edges, unresolved, skipped, order }: Structure) {
  return {
    files: files.map(({ path, language, parser, errorRatio, symbols }) => ({
      path,
      language,
      parser,
      errorRatio,
      symbols,
    })),
    edges: edges.map(({ from, to, kind, confidence }) => ({ from, to, kind, confidence })),
    unresolved: unresolved.map(({ from, specifier, reason }) => ({ from, specifier, reason })),
    skipped: skipped.map(({ path, reason }) => ({ path, reason })),
    order,
  };
}
