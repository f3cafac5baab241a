/**
 * A sub-agent's steps for one file: reads of files written earlier (I3), one thought, one write.
 * Reads are references to lines, chosen by the names that the file uses.
 */
import type { Definition, FileStructure, Step } from '../../../schemas/generated/types.ts';
import { countLines, lineEnd, lineRange } from '../../../schemas/lines.ts';
import type { LineSpan } from '../../ports/teacher.ts';
import type { SimulateKnobs } from './config.ts';

export interface Dependency {
  readonly path: string;
  readonly text: string;
  readonly structure: FileStructure;
  /** The names that the edges to this dependency list. */
  readonly names: readonly string[];
}

export type ReadKnobs = Omit<SimulateKnobs, 'concurrency' | 'readsMax' | 'thoughtBytesMax'>;

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Chooses the reads, in the order of the dependencies, within the byte limit. */
export function planReads(
  code: string,
  dependencies: readonly Dependency[],
  knobs: ReadKnobs,
): Step[] {
  const words = new Set(code.match(/[A-Za-z_$][\w$]*/g) ?? []);
  const steps: Step[] = [];
  let left = knobs.observationBytesMax;
  for (const dependency of dependencies) {
    for (const range of rangesOf(dependency, words, left, knobs)) {
      const bytes = Buffer.byteLength(lineRange(dependency.text, range.from, range.to));
      if (bytes === 0 || bytes > left) continue;
      left -= bytes;
      steps.push(readStep(dependency.path, range));
    }
  }
  return steps;
}

function rangesOf(
  dependency: Dependency,
  words: ReadonlySet<string>,
  left: number,
  knobs: ReadKnobs,
): Range[] {
  const bytes = Buffer.byteLength(dependency.text);
  if (bytes <= Math.min(knobs.wholeFileBytesMax, left)) return [{ from: 0, to: 0 }];
  const used = usedSymbols(dependency, words);
  const ranges = mergeRanges(used, countLines(dependency.text), knobs).slice(0, knobs.rangesMax);
  return ranges.length > 0
    ? ranges
    : headRange(dependency.text, Math.min(knobs.headBytesMax, left));
}

/** Definitions that the edges name; if none, exported ones whose name occurs in the code. */
function usedSymbols(dependency: Dependency, words: ReadonlySet<string>): Definition[] {
  const top = dependency.structure.symbols.filter((symbol) => symbol.parent === null);
  const named = top.filter((symbol) => dependency.names.includes(symbol.name));
  if (named.length > 0) return named;
  return top.filter(
    (symbol) => symbol.exported && symbol.name.length > 2 && words.has(symbol.name),
  );
}

/** The symbols' lines with some context, in source order; adjacent ranges are merged. */
function mergeRanges(symbols: readonly Definition[], lines: number, knobs: ReadKnobs): Range[] {
  const sorted = [...symbols].sort((a, b) => a.startLine - b.startLine || a.endLine - b.endLine);
  const merged: Range[] = [];
  for (const symbol of sorted) {
    const end = Math.min(symbol.endLine, symbol.startLine + knobs.rangeLinesMax - 1);
    const from = Math.max(1, symbol.startLine - knobs.contextLines);
    const to = Math.min(lines, end + knobs.contextLines);
    const last = merged.at(-1);
    if (from > to) continue;
    if (last !== undefined && from <= last.to + 1) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, to) };
    } else merged.push({ from, to });
  }
  return merged;
}

/** As many first lines as fit; empty if even the first line is too long. */
function headRange(text: string, bytesMax: number): Range[] {
  let to = 0;
  let bytes = 0;
  let cursor = 0;
  while (cursor < text.length) {
    const end = lineEnd(text, cursor);
    bytes += Buffer.byteLength(text.slice(cursor, end));
    if (bytes > bytesMax) break;
    to += 1;
    cursor = end;
  }
  return to === 0 ? [] : [{ from: 1, to }];
}

function readStep(path: string, range: Range): Step {
  return { kind: 'read', path, fromLine: range.from, toLine: range.to, text: null };
}

export function thinkStep(text: string): Step {
  return { kind: 'think', path: null, fromLine: 0, toLine: 0, text };
}

export function writeStep(path: string): Step {
  return { kind: 'write', path, fromLine: 0, toLine: 0, text: null };
}

/** Writes lines of a file, after the lines before them were written. */
export function writePartStep(path: string, { fromLine, toLine }: LineSpan): Step {
  return { ...writeStep(path), fromLine, toLine };
}

/** Trims blank lines at both ends; cuts a thought over the limit after its last whole sentence. */
export function fitThought(thought: string, bytesMax: number): string {
  const trimmed = thought.replace(/^\s*\n/, '').trimEnd();
  if (Buffer.byteLength(trimmed) <= bytesMax) return trimmed;
  const bytes = Buffer.from(trimmed).subarray(0, bytesMax);
  const kept = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes, { stream: true });
  const ends = [...kept.matchAll(/[.!?](?=\s)|\n\n/g)].at(-1);
  return (ends === undefined ? kept : kept.slice(0, ends.index + 1)).trimEnd();
}
