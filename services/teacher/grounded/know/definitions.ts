/** Joins the outline of a file to its code: every definition with the lines that are its own. */
import type { Definition, FileStructure } from '../../../../schemas/generated/types.ts';
import type { CodeEvent } from '../see/event.ts';
import { readEvents } from '../see/events.ts';
import { type CodeLine, scanLines } from '../see/scan.ts';

export interface DefinitionInCode {
  readonly symbol: Definition;
  /** The name in sentences: with its parent if another definition has the same bare name. */
  readonly label: string;
  readonly lines: readonly CodeLine[];
  readonly events: readonly CodeEvent[];
  readonly decorators: readonly string[];
  readonly traits: readonly ('async' | 'generator' | 'recursive')[];
}

export interface FileFacts {
  readonly structure: FileStructure;
  readonly lines: readonly CodeLine[];
  readonly definitions: readonly DefinitionInCode[];
  /** Lines outside every definition. */
  readonly loose: readonly CodeLine[];
}

const functionKinds = new Set(['function', 'method', 'constructor', 'macro']);
const containerKinds = new Set([
  'class',
  'interface',
  'struct',
  'trait',
  'enum',
  'module',
  'namespace',
  'object',
  'impl',
  'union',
]);

export function isFunction(symbol: Definition): boolean {
  return functionKinds.has(symbol.kind);
}

export function isContainer(symbol: Definition): boolean {
  return containerKinds.has(symbol.kind);
}

export function readFile(structure: FileStructure, code: string): FileFacts {
  const lines = scanLines(code, structure.language);
  const owners = ownLines(structure.symbols, lines);
  const names = new Map<string, number>();
  for (const symbol of structure.symbols) names.set(symbol.name, (names.get(symbol.name) ?? 0) + 1);
  const definitions = structure.symbols.map((symbol, index) => {
    const own = owners.get(index) ?? [];
    const unclear = (names.get(symbol.name) ?? 0) > 1 && symbol.parent !== null;
    return {
      symbol,
      label: unclear ? `${symbol.parent}.${symbol.name}` : symbol.name,
      lines: own,
      events: isFunction(symbol) ? readEvents(bodyOf(symbol, own)) : [],
      decorators: decoratorsOf(symbol, lines),
      traits: traitsOf(symbol, own),
    };
  });
  return { structure, lines, definitions, loose: owners.get(-1) ?? [] };
}

/** Assigns every line to the innermost definition around it; lines outside get −1. */
function ownLines(
  symbols: readonly Definition[],
  lines: readonly CodeLine[],
): Map<number, CodeLine[]> {
  const owner = new Map<number, number>();
  const bySize = [...symbols.keys()].sort(
    (a, b) => sizeOf(symbols[b]) - sizeOf(symbols[a]) || a - b,
  );
  for (const index of bySize) {
    const symbol = symbols[index];
    if (symbol === undefined || symbol.kind === 'field' || symbol.kind === 'variable') continue;
    for (let line = symbol.startLine; line <= symbol.endLine; line += 1) owner.set(line, index);
  }
  const groups = new Map<number, CodeLine[]>();
  for (const line of lines) {
    const index = owner.get(line.number) ?? -1;
    const group = groups.get(index) ?? [];
    group.push(line);
    groups.set(index, group);
  }
  return groups;
}

function sizeOf(symbol: Definition | undefined): number {
  return symbol === undefined ? 0 : symbol.endLine - symbol.startLine;
}

/** The lines after the declaration, which may itself run over several lines. */
function bodyOf(symbol: Definition, lines: readonly CodeLine[]): readonly CodeLine[] {
  const start = lines.findIndex((line) =>
    new RegExp(`\\b${RegExp.escape(symbol.name)}\\b`).test(line.masked),
  );
  const first = Math.max(0, start);
  let end = first;
  while (end < lines.length - 1 && !/[:{]\s*$|=>|;\s*$|\}\s*$/.test(lines[end]?.masked ?? ''))
    end += 1;
  if (first === end && /\{.*\S.*\}\s*[;,]?\s*$/.test(lines[end]?.masked ?? ''))
    return lines.slice(end);
  return lines.slice(end + 1);
}

function decoratorsOf(symbol: Definition, lines: readonly CodeLine[]): string[] {
  const names: string[] = [];
  const around = lines.filter(
    (line) => line.number >= symbol.startLine - 4 && line.number <= symbol.startLine + 3,
  );
  const before = around.filter((line) => line.number < symbol.startLine).reverse();
  const within = around.filter((line) => line.number >= symbol.startLine);
  for (const run of [before, within]) {
    for (const line of run) {
      const match =
        /^\s*@([\w.]+)/.exec(line.masked) ?? /^\s*#\[(derive\([\w, :]+\)|[\w:]+)/.exec(line.masked);
      if (match === null) break;
      names.push(match[1] ?? '');
    }
  }
  return names.filter((name) => name !== 'interface');
}

function traitsOf(symbol: Definition, lines: readonly CodeLine[]): DefinitionInCode['traits'] {
  if (!isFunction(symbol)) return [];
  const text = lines.map((line) => line.masked).join('\n');
  const traits: ('async' | 'generator' | 'recursive')[] = [];
  if (/\basync\b/.test(symbol.signature)) traits.push('async');
  if (/\byield\b/.test(text)) traits.push('generator');
  const calls = text.match(new RegExp(`(?<![\\w.])${RegExp.escape(symbol.name)}\\(`, 'g')) ?? [];
  if (calls.length > 1 && symbol.parent === null) traits.push('recursive');
  return traits;
}
