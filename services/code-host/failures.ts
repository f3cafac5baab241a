/** How the archive of a commit fails, and what is tried in vain, whichever host it is of. */
import type { SnapshotLimits } from '../ports/code-host.ts';
import { PipelineError } from '../runtime/errors.ts';

/** SOURCE_FAILED where the archive does not come in time, all tries included. */
export async function withinTime<Result>(
  subject: string,
  { timeoutMs }: SnapshotLimits,
  signal: AbortSignal,
  task: (timed: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timed = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    return await task(timed);
  } catch (error) {
    signal.throwIfAborted();
    if (!timed.aborted) throw error;
    const message = `${subject} did not come within discover.snapshotTimeoutMs (${timeoutMs} ms)`;
    throw new PipelineError('SOURCE_FAILED', message, { subject, cause: error });
  }
}

export function archiveTooLarge(subject: string, { bytesMax }: SnapshotLimits): PipelineError {
  const message = `${subject} has more than discover.archiveBytesMax (${bytesMax} bytes)`;
  return new PipelineError('ARCHIVE_TOO_LARGE', message, { subject });
}

export function triedInVain(subject: string, tries: number, last: string): PipelineError {
  return new PipelineError('SOURCE_FAILED', `${subject} failed ${tries} times, last: ${last}`, {
    subject,
  });
}
