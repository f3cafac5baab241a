/** Finds the comments of a notebook: those of its code, and its cells of prose. */
import { z } from 'zod';
import { type CommentBlock, commentsOf } from './comments.ts';

const source = z.union([z.string(), z.array(z.string())]);
const notebook = z.object({
  cells: z.array(z.object({ cell_type: z.string(), source }).loose()),
});

/** Further cells state nothing of the whole. */
const cellsMax = 50;

/** A damaged notebook has no comments. */
export function notebookComments(text: string): readonly CommentBlock[] {
  const read = notebook.safeParse(parsed(text));
  if (!read.success) return [];
  return read.data.cells.slice(0, cellsMax).flatMap(({ cell_type: type, source: cell }) => {
    const own = typeof cell === 'string' ? cell : cell.join('');
    if (type === 'code') return commentsOf('cell.py', own);
    return type === 'markdown' ? [{ lines: own.split(/\r?\n/).map(trim), offset: 0 }] : [];
  });
}

function trim(line: string): string {
  return line.trim();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
