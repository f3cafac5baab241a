/**
 * A skeleton: new files, and edits of existing lists. All edits are made in memory first, so that
 * nothing is written if a list no longer has the expected form.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PipelineError } from '../../services/runtime/errors.ts';

export interface Skeleton {
  /** The text of each new file, by path from the root. */
  readonly files: Readonly<Record<string, string>>;
  readonly edits: Readonly<Record<string, (text: string) => string>>;
  /** The next steps for a person, one line each. */
  readonly next: readonly string[];
}

export interface Applied {
  readonly written: readonly string[];
  readonly changed: readonly string[];
}

export function applySkeleton(root: string, { files, edits }: Skeleton): Applied {
  const taken = Object.keys(files).filter((path) => existsSync(join(root, path)));
  if (taken.length > 0) throw new PipelineError('USAGE', `is there already: ${taken.join(', ')}`);
  const changed = Object.entries(edits).map(([path, edit]): [string, string] => {
    try {
      return [path, edit(readFileSync(join(root, path), 'utf8'))];
    } catch (error) {
      throw new PipelineError(
        'USAGE',
        `${path}: ${(error as Error).message}; nothing was written`,
        {
          subject: path,
          cause: error,
        },
      );
    }
  });
  for (const [path, text] of [...changed, ...Object.entries(files)]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { written: Object.keys(files), changed: changed.map(([path]) => path) };
}

/** Adds an import; the formatter sorts them. */
export function addImport(text: string, line: string): string {
  const last = [...text.matchAll(/^(?:import |\} from ').*;$/gm)].at(-1);
  if (last === undefined) throw new Error('has no imports to add one to');
  const end = last.index + last[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}

/** Inserts before the only place where the mark stands. */
export function insertBefore(text: string, mark: string, added: string): string {
  const at = text.indexOf(mark);
  if (at < 0 || text.includes(mark, at + 1)) {
    throw new Error(`has ${at < 0 ? 'no' : 'more than one'} ${JSON.stringify(mark)}`);
  }
  return `${text.slice(0, at)}${added}${text.slice(at)}`;
}
