/**
 * Divides a long file at the borders of its definitions, so that each part is written by itself
 * after a thought of its own. The parts are adjacent lines and together the whole file (I1). Pure.
 */
import type { Definition } from '../../../schemas/generated/types.ts';
import { lineEnd } from '../../../schemas/lines.ts';
import type { LineSpan } from '../../ports/teacher.ts';

export interface PartLimits {
  /** Bytes of a part; 0 divides nothing. */
  readonly partBytesMax: number;
  readonly partsMax: number;
}

/** The parts in order; one where the file is short, or where no border lies well. */
export function divideFile(
  code: string,
  symbols: readonly Definition[],
  { partBytesMax, partsMax }: PartLimits,
): LineSpan[] {
  const lines = readLines(code);
  const total = lines.at(-1)?.end ?? 0;
  const whole = [{ fromLine: 1, toLine: lines.length }];
  if (partBytesMax === 0 || total <= partBytesMax) return whole;
  // Parts of about one length, rather than full ones and a small rest.
  const count = Math.min(partsMax, Math.ceil(total / partBytesMax));
  const target = total / count;
  const borders = bordersOf(lines, symbols, target);
  const starts = [1];
  for (let number = 1; number < count; number += 1) {
    const wanted = number * target;
    const last = bytesBefore(lines, starts.at(-1) ?? 1);
    const open = borders.filter(
      (line) =>
        bytesBefore(lines, line) - last >= target * smallestShare &&
        total - bytesBefore(lines, line) >= target * smallestShare,
    );
    const nearest = open.reduce<number | null>((best, line) => {
      const far = (each: number) => Math.abs(bytesBefore(lines, each) - wanted);
      return best === null || far(line) < far(best) ? line : best;
    }, null);
    if (nearest !== null) starts.push(nearest);
  }
  return starts.map((fromLine, at) => ({
    fromLine,
    toLine: (starts[at + 1] ?? lines.length + 1) - 1,
  }));
}

/** A part has at least this share of what it should have. */
const smallestShare = 1 / 3;

interface Line {
  readonly blank: boolean;
  /** Bytes up to its end. */
  readonly end: number;
}

function readLines(code: string): Line[] {
  const lines: Line[] = [];
  let bytes = 0;
  for (let cursor = 0; cursor < code.length; ) {
    const end = lineEnd(code, cursor);
    const line = code.slice(cursor, end);
    bytes += Buffer.byteLength(line);
    lines.push({ blank: line.trim() === '', end: bytes });
    cursor = end;
  }
  return lines;
}

function bytesBefore(lines: readonly Line[], line: number): number {
  return lines[line - 2]?.end ?? 0;
}

/**
 * Lines at which a part may begin: after a definition and the blank lines that follow it. Comments
 * and decorators stay with the definition that they precede. Within a definition that is longer
 * than a part, its own members are borders too.
 */
function bordersOf(
  lines: readonly Line[],
  symbols: readonly Definition[],
  target: number,
): number[] {
  const isLong = ({ startLine, endLine }: Definition) =>
    (lines[endLine - 1]?.end ?? 0) - bytesBefore(lines, startLine) > target;
  // A line that lies amid one of these is no border: the sum is above 0.
  const amid = new Int32Array(lines.length + 3);
  for (const symbol of symbols) {
    if (symbol.endLine <= symbol.startLine || isLong(symbol)) continue;
    amid[symbol.startLine + 1] = (amid[symbol.startLine + 1] ?? 0) + 1;
    amid[symbol.endLine + 1] = (amid[symbol.endLine + 1] ?? 0) - 1;
  }
  for (let line = 1; line < amid.length; line += 1) {
    amid[line] = (amid[line] ?? 0) + (amid[line - 1] ?? 0);
  }
  // The last line of a long definition closes it.
  const closing = new Set(symbols.filter(isLong).map(({ endLine }) => endLine));
  const borders = new Set<number>();
  for (const { endLine } of symbols) {
    let line = endLine + 1;
    while (lines[line - 1]?.blank === true) line += 1;
    if (line < 2 || line > lines.length || closing.has(line)) continue;
    if (amid[line] === 0) borders.add(line);
  }
  return [...borders].sort((a, b) => a - b);
}
