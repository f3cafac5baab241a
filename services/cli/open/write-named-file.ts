/** Writes a file that an option names. What refuses it is not our bug, and the option is said. */
import { writeFile } from 'node:fs/promises';
import { asPipelineError, PipelineError } from '../../runtime/errors.ts';

/** OUTPUT_UNWRITABLE or DISK_FULL where it cannot be written. */
export async function writeNamedFile(path: string, text: string, option: string): Promise<void> {
  await writeFile(path, text).catch(refuseFile(path, option));
}

export function refuseFile(path: string, option: string): (error: unknown) => never {
  return (error) => {
    const coded = asPipelineError(error, path);
    if (coded instanceof PipelineError) throw coded;
    const { code } = error as NodeJS.ErrnoException;
    const what = `${path} cannot be written (${code}); name another file after ${option}`;
    throw new PipelineError('OUTPUT_UNWRITABLE', what, { subject: path, cause: error });
  };
}
