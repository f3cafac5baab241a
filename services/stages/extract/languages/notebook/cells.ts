/**
 * The code cells of a notebook, with the line of the .ipynb at which each piece of source stands.
 * `JSON.parse` gives no positions, so this reads the tokens itself. The text must be JSON. Pure.
 */

/** A string of a cell's source. */
export interface SourcePart {
  readonly text: string;
  readonly line: number;
}

interface Cell {
  isCode: boolean;
  readonly parts: SourcePart[];
}

/** An object or array around the position. */
interface Frame {
  readonly isArray: boolean;
  key: string;
  /** In an object: whether the next string is a key. */
  expectsKey: boolean;
  readonly cell: Cell | null;
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{},\n]/g;
/** Format 4 names the key `source`, format 3 `input`. */
const sourceKeys = new Set(['source', 'input']);

export function codeCells(text: string): (readonly SourcePart[])[] {
  const cells: Cell[] = [];
  const frames: Frame[] = [];
  let line = 1;
  for (const [match] of text.matchAll(token)) {
    const frame = frames.at(-1);
    if (match === '\n') line += 1;
    else if (match === '{' || match === '[') {
      const cell = match === '{' && isCellList(frames) ? { isCode: false, parts: [] } : null;
      if (cell !== null) cells.push(cell);
      frames.push({ isArray: match === '[', key: '', expectsKey: match === '{', cell });
    } else if (match === '}' || match === ']') frames.pop();
    else if (match === ',') {
      if (frame !== undefined) frame.expectsKey = !frame.isArray;
    } else if (frame?.expectsKey === true) {
      frame.key = stringOf(match);
      frame.expectsKey = false;
    } else addValue(frames, match, line);
  }
  return cells.filter(({ isCode }) => isCode).map(({ parts }) => parts);
}

/** Whether the position is in the array `cells` of the notebook, or of a worksheet in format 3. */
function isCellList(frames: readonly Frame[]): boolean {
  const isList = frames.at(-1)?.isArray === true && frames.at(-2)?.key === 'cells';
  return (
    isList && (frames.length === 2 || (frames.length === 4 && frames[0]?.key === 'worksheets'))
  );
}

function addValue(frames: readonly Frame[], quoted: string, line: number): void {
  const frame = frames.at(-1);
  const holder = frame?.isArray === true ? frames.at(-2) : frame;
  const cell = holder?.cell;
  if (holder === undefined || cell === null || cell === undefined) return;
  if (holder.key === 'cell_type') cell.isCode = stringOf(quoted) === 'code';
  else if (sourceKeys.has(holder.key)) cell.parts.push({ text: stringOf(quoted), line });
}

function stringOf(quoted: string): string {
  return JSON.parse(quoted) as string;
}
