/**
 * What a kind of skeleton consists of: files that are new, and edits of lists that are there. All
 * edits are made in memory first, so that a list that has changed its shape stops everything.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PipelineError } from '../../services/runtime/errors.ts';

export interface Skeleton {
  /** Text by path from the root. */
  readonly files: Readonly<Record<string, string>>;
  readonly edits: Readonly<Record<string, (text: string) => string>>;
  /** What a person does then, a line each. */
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
