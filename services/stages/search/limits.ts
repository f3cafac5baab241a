/**
 * How much a file may cost, and whether its thoughts are worth being written. Pure.
 */
import type {
  FileThoughtBody,
  FileTraceBody,
  SearchReport,
  Step,
} from '../../../schemas/generated/types.ts';
import type { SearchKnobs } from './config.ts';
import { marginOf } from './rewrites.ts';

/**
 * The file's share of what its repository may cost. Shares depend on the file's place alone, so
 * files that are searched by different processes keep the limit together.
 */
export function rewritesOfFile(
  { ordinal, of }: Pick<FileTraceBody, 'ordinal' | 'of'>,
  { rewritesPerRepositoryMax: all }: Pick<SearchKnobs, 'rewritesPerRepositoryMax'>,
): number {
  if (all === 0) return Number.MAX_SAFE_INTEGER;
  return Math.floor(((ordinal + 1) * all) / of) - Math.floor((ordinal * all) / of);
}

type Bits = Pick<SearchReport, 'bitsNone' | 'bitsAfter' | 'targetBytes'>;

/** Whether the code is not more probable after its thoughts than without them, by the margin. */
export function tellsNothing(
  { bitsNone, bitsAfter, targetBytes }: Bits,
  margins: Pick<SearchKnobs, 'gainBitsMin' | 'gainShareMin'>,
): boolean {
  if (bitsNone === null || targetBytes === 0) return false;
  return bitsAfter > bitsNone - marginOf(bitsNone, margins);
}

/** The file without its thoughts, and so without its reads: it is written at once. */
export function leaveOut(body: FileThoughtBody): FileThoughtBody {
  const reason = 'code that its thoughts do not make more probable';
  const write: Step = { kind: 'write', path: body.path, fromLine: 0, toLine: 0, text: null };
  return { ...body, status: 'plain', reason, steps: [write] };
}
