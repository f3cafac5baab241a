/**
 * Names of repositories out of hour files of GH Archive, which hold what happened on GitHub, an
 * event per line: `gharchive:FOLDER`. Each repository once, under its newest name, in the order in
 * which they are met; what a file holds beside events is told.
 */
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { z } from 'zod';
import { compareText } from '../../../../schemas/compare-text.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { linesWithin } from '../../../runtime/read-bounded.ts';
import { parseHostedName } from '../source-names.ts';

export interface ArchivedNames {
  /** Owner and name. */
  readonly names: readonly string[];
  /** By file, what could not be read, in words. */
  readonly faults: readonly { readonly file: string; readonly detail: string }[];
}

const scheme = 'gharchive:';

/** The folder that a source names; null for another source. */
export function archiveFolder(source: string): string | null {
  return source.startsWith(scheme) ? source.slice(scheme.length) : null;
}

/** Something came into these repositories. */
const wantedTypes: ReadonlySet<string> = new Set(['PushEvent', 'CreateEvent', 'ReleaseEvent']);
const event = z.object({
  type: z.string(),
  repo: z.object({ id: z.number().int(), name: z.string().max(200) }),
});

/** An event with its payload is far shorter. */
const lineBytesMax = 32 * 1024 * 1024;

export async function readArchivedNames(folder: string, namesMax: number): Promise<ArchivedNames> {
  const files = (await readdir(folder)).filter((name) => /\.json(?:\.gz)?$/.test(name));
  if (files.length === 0) {
    throw new PipelineError(
      'SOURCE_UNREADABLE',
      `${folder} holds no hour file of GH Archive (DATE-HOUR.json.gz)`,
      { subject: folder },
    );
  }
  const names = new Map<number, string>();
  const faults: { file: string; detail: string }[] = [];
  for (const file of files.sort(byHour)) {
    let odd = 0;
    try {
      for await (const line of linesOf(join(folder, file))) {
        const found = line === null ? null : readEvent(line);
        if (found === null) odd += 1;
        else if (wantedTypes.has(found.type)) names.set(found.repo.id, found.repo.name);
      }
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException;
      faults.push({ file, detail: `it cannot be read to its end: ${code}` });
    }
    if (odd > 0) faults.push({ file, detail: `${odd} of its lines are no events of GitHub` });
    if (names.size > namesMax) throw tooMany(folder, namesMax);
  }
  return { names: [...names.values()], faults };
}

/** Hours have no leading zero: 9 comes before 15. */
function byHour(a: string, b: string): number {
  return compareText(padded(a), padded(b));
}

function padded(file: string): string {
  return file.replace(/-(\d)\.json/, '-0$1.json');
}

function readEvent(line: string): z.infer<typeof event> | null {
  try {
    const { success, data } = event.safeParse(JSON.parse(line));
    const isName = success && parseHostedName(`github:${data.repo.name}`)?.kind === 'repository';
    return isName ? data : null;
  } catch {
    // Counted as a line that is no event.
    return null;
  }
}

/** Null for a line that is too long. */
function linesOf(path: string): AsyncGenerator<string | null> {
  const file = createReadStream(path);
  const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => stream.destroy(error));
  return linesWithin(stream, lineBytesMax);
}

function tooMany(folder: string, namesMax: number): PipelineError {
  return new PipelineError(
    'CONFIG_INVALID',
    `${folder} names more repositories than discover.listSourcesMax (${namesMax})`,
    { subject: folder },
  );
}
