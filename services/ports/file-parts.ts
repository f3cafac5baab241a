/**
 * A long file in parts. The request about a part is one about a file that consists of that part, so
 * thoughts, rewrites, checks and the guard against copies treat a part as they treat a file. Pure.
 */
import type { Definition } from '../../schemas/generated/types.ts';
import { lineRange } from '../../schemas/lines.ts';
import type { LineSpan, ThinkRequest } from './teacher.ts';

/** The request about the part `number`, counted from 1. */
export function requestOfPart(
  request: ThinkRequest,
  parts: readonly LineSpan[],
  number: number,
): ThinkRequest {
  const span = parts[number - 1];
  if (span === undefined) throw new Error(`${request.path} has no part ${number}`);
  const { structure, usedBy, code } = request;
  const symbols = structure.symbols.flatMap((symbol) => within(symbol, span));
  const isFirst = number === 1;
  return {
    ...request,
    structure: {
      ...structure,
      lines: span.toLine - span.fromLine + 1,
      symbols,
      // What is imported is told once, where it is imported.
      externals: isFirst ? structure.externals : [],
    },
    usedBy: usersOf(usedBy, new Set(symbols.map(({ name }) => name)), isFirst),
    code: lineRange(code, span.fromLine, span.toLine),
    part: { ...span, number, of: parts.length, whole: { structure, usedBy, code, parts } },
  };
}

/** The definition with lines of the part, if it begins there. */
function within(symbol: Definition, { fromLine, toLine }: LineSpan): Definition[] {
  const { startLine, endLine } = symbol;
  if (startLine < fromLine || startLine > toLine) return [];
  const before = fromLine - 1;
  return [
    { ...symbol, startLine: startLine - before, endLine: Math.min(endLine, toLine) - before },
  ];
}

/** Who uses what the part defines; who names nothing uses the file, and so its first part. */
function usersOf(
  users: ThinkRequest['usedBy'],
  defined: ReadonlySet<string>,
  isFirst: boolean,
): ThinkRequest['usedBy'] {
  return users.flatMap(({ path, names }) => {
    const own = names.filter((name) => defined.has(name));
    return own.length > 0 || (isFirst && names.length === 0) ? [{ path, names: own }] : [];
  });
}
