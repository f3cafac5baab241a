/** `#include` lines of a source, and those of what `-E -dI` prints, with the files they opened. */
import { resolve } from 'node:path';
import type { Unit } from './units.ts';

export interface Directive {
  /** With its quotes or brackets. */
  readonly text: string;
  /** The file that it opened; null where the compiler skipped one that it had read. */
  readonly path: string | null;
}

const directive = /^[ \t]*#[ \t]*include[ \t]+("[^"\n]+"|<[^>\n]+>)/;

/** Every directive with a name, alive or not. */
export function directivesIn(text: string): string[] {
  const bare = text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '));
  return bare.split('\n').flatMap((line) => directive.exec(line)?.[1] ?? []);
}

/** Line markers say which file a line comes from, and which file was entered (flag 1). */
export function liveDirectives(
  preprocessed: string,
  unit: Unit,
): (Directive & { readonly from: string })[] {
  const found: (Directive & { from: string })[] = [];
  let from = '';
  let pending: string | null = null;
  const flush = (path: string | null) => {
    if (pending !== null) found.push({ from, text: pending, path });
    pending = null;
  };
  for (const line of preprocessed.split('\n')) {
    const marker = /^# \d+ "([^"]*)"((?: \d)*)/.exec(line);
    if (marker !== null) {
      const path = resolve(unit.folder, marker[1] ?? '');
      const entered = (marker[2] ?? '').includes(' 1');
      // Before it enters, the compiler says once more where it is.
      if (entered || path !== from) flush(entered ? path : null);
      from = path;
      continue;
    }
    const text = directive.exec(line)?.[1];
    if (text === undefined && line.trim() === '') continue;
    flush(null);
    pending = text ?? null;
  }
  flush(null);
  return found;
}
