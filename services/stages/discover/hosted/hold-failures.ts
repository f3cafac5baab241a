/**
 * Holds back repositories for which the host failed, until it serves another one: many failures in
 * a row are the host's, and then nothing is dropped, so that the next run asks for all again. Pure.
 */
import { PipelineError } from '../../../runtime/errors.ts';
import type { Given } from './tasks.ts';

/** So many in a row are no accident of single repositories. */
const inRowMax = 5;
/** What is held back is in memory, and lost to a kill. */
const heldMax = 1_000;

export async function* holdFailures(
  results: AsyncIterable<readonly Given[]>,
): AsyncGenerator<Given> {
  let held: Given[] = [];
  for await (const items of results) {
    held.push(...items);
    const failures = held.filter(isFailure);
    if (failures.length >= inRowMax) throw hostFails(failures);
    // Other items say nothing of whether the host serves; they keep their place.
    if (failures.length > 0 && !items.some(isServed) && held.length < heldMax) continue;
    yield* held;
    held = [];
  }
  yield* held;
}

/** That a repository is gone or empty is an answer, too. */
function isServed(item: Given): boolean {
  if (!('outcome' in item)) return false;
  const { outcome } = item;
  return outcome.kind === 'emit' || (outcome.kind === 'unreadable' && answers.has(outcome.reason));
}

const answers: ReadonlySet<string> = new Set(['SOURCE_GONE', 'SOURCE_EMPTY', 'ARCHIVE_TOO_LARGE']);

function isFailure(item: Given): boolean {
  return (
    'outcome' in item &&
    item.outcome.kind === 'unreadable' &&
    item.outcome.reason === 'SOURCE_FAILED'
  );
}

function hostFails(failures: readonly Given[]): PipelineError {
  const details = failures.flatMap((item) =>
    'outcome' in item && item.outcome.kind === 'unreadable' ? [item.outcome.detail] : [],
  );
  return new PipelineError(
    'HOST_UNAVAILABLE',
    `the code host fails for one repository after the other, last: ${details.at(-1)}; run the same command again later`,
    { subject: 'discover.githubUrl' },
  );
}
