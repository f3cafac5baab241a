/** Draws a repository in writing order: a file depends on files above it. Pure. */
import { printable } from '../../dataset/printable.ts';
import { edgesFrom } from '../../ports/look-up.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { mapRepository, outlineFile, tokenCost } from '../../teacher/prompts/outline.ts';
import type { Structure } from '../open/structure-of.ts';
import type { Style } from '../style.ts';
import { formatShare, formatTable, plural } from './format.ts';

/** Symbols shown per file; `--json` has all of them. */
const symbolsShownMax = 6;

export function drawStructure(structure: Structure, style: Style): string[] {
  const { files, edges, unresolved, skipped, order } = structure;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const lines = [
    `${plural(files.length, 'file')}, ${plural(edges.length, 'dependency', 'dependencies')}, ` +
      `${plural(unresolved.length, 'unresolved import')}, ${plural(skipped.length, 'file')} left out`,
    '',
    style.bold('Writing order, dependencies first'),
  ];
  for (const path of order) {
    const file = byPath.get(path);
    const errors = file !== undefined && file.errorRatio > 0 ? formatShare(file.errorRatio) : '';
    const facts = [
      file?.language ?? '',
      file?.parser === 'regex' ? 'by line patterns' : '',
      errors === '' ? '' : `${errors} not parsed`,
    ];
    lines.push(`${printable(path)}  ${style.dim(facts.filter((each) => each !== '').join(', '))}`);
    const names = (file?.symbols ?? []).filter((symbol) => symbol.parent === null);
    if (names.length > 0) {
      const shown = names.slice(0, symbolsShownMax).map(({ name }) => printable(name));
      const rest = names.length - shown.length;
      lines.push(style.dim(`    ${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`));
    }
    for (const edge of edgesFrom(edges, path)) {
      const facts = `${edge.kind}, confidence ${edge.confidence}`;
      lines.push(`    needs ${printable(edge.to)}  ${style.dim(facts)}`);
    }
  }
  return [
    ...lines,
    ...section('Imports that name no file', unresolved, style, ({ from, specifier, reason }) => [
      printable(from),
      printable(specifier),
      reason,
    ]),
    ...section('Left out', skipped, style, ({ path, reason }) => [printable(path), reason]),
  ];
}

/** The files that most of the repository depends on, in writing order, as a prompt shows them. */
export function mapLines({ files, edges, order }: Structure, tokens: number): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const sorted = order.flatMap((path) => byPath.get(path) ?? []);
  return mapRepository(sorted, edges, tokens, tokenCost).split('\n').map(printable);
}

export function outlineLines({ files }: Structure, path: string, tokens: number): string[] {
  const file = files.find((each) => each.path === path);
  if (file === undefined) {
    const message = `${path} is not in the repository, or was left out: see the list without --outline`;
    throw new PipelineError('USAGE', message, { subject: path });
  }
  const lines = outlineFile(file, tokens, tokenCost).split('\n').map(printable);
  return file.note === null ? lines : [...lines, `(not fully read: ${file.note})`];
}

function section<Item>(
  title: string,
  items: readonly Item[],
  style: Style,
  row: (item: Item) => string[],
): string[] {
  if (items.length === 0) return [];
  return ['', style.bold(title), ...formatTable(items.map(row))];
}
