/**
 * Reads one object of a shared store, and tells an object that is refused, for ever and to its
 * record's cost, from a store that is gone, which costs no record.
 */
import { asPipelineError, PipelineError } from '../errors.ts';
import type { ObjectStore } from './objects/object-store.ts';

/** Reads what the store surely has; null or an error tells that the store itself is gone. */
export type Landmark = () => Promise<unknown>;

/** For stores that nobody can lose without noticing, and for tests. */
export const someLandmark: Landmark = async () => 'there';

/** Errors of a file system that say nothing of the file: too many open files, a busy server. */
const passing = new Set([
  ...['EAGAIN', 'EBUSY', 'EINTR', 'EMFILE', 'ENFILE', 'ENOMEM'],
  ...['ESTALE', 'ETIMEDOUT', 'ECONNRESET', 'EHOSTDOWN'],
]);

/**
 * Null when there is no such object. BLOB_UNREADABLE when it is refused while the store shows its
 * landmark; else what the store itself lacks.
 */
export async function readObject<Result>(
  objects: ObjectStore,
  path: string,
  landmark: Landmark,
  read: (path: string) => Promise<Result | null>,
): Promise<Result | null> {
  const subject = `${objects.place}/${path}`;
  try {
    return await read(path);
  } catch (error) {
    const refusal = refusalOf(error, subject);
    await requireStore(objects, landmark);
    throw new PipelineError(
      'BLOB_UNREADABLE',
      `${subject} cannot be read, while others can (${refusal.message}); mend its rights or its disk, and bring the repository in again`,
      { subject, cause: refusal },
    );
  }
}

/** An answer that is about one object, perhaps; any other is thrown. */
function refusalOf(error: unknown, subject: string): Error {
  const coded = asPipelineError(error, subject);
  if (coded instanceof PipelineError) {
    if (coded.code === 'STORE_UNSUITABLE') return coded;
    throw coded;
  }
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  if (!passing.has(code)) return error as Error;
  throw new PipelineError(
    'STORE_UNAVAILABLE',
    `${subject} cannot be read now: ${(error as Error).message}; start again when it can`,
    { subject, cause: error },
  );
}

/** STORE_UNAVAILABLE when the store does not even show its landmark. */
export async function requireStore({ place }: ObjectStore, landmark: Landmark): Promise<void> {
  let cause: unknown = null;
  try {
    if ((await landmark()) !== null) return;
  } catch (error) {
    if (error instanceof PipelineError && error.disposition === 'fatal') throw error;
    cause = error;
  }
  throw new PipelineError(
    'STORE_UNAVAILABLE',
    `${place} shows nothing of what it had: is it mounted, and readable? No record was given up; start again when it is back`,
    { subject: place, cause },
  );
}
