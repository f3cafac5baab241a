/** The table of gates in admit's README: in their order, with every answer they may give. */
import { undecodable } from '../../services/stages/admit/archive/decode.ts';
import { unpackReasons } from '../../services/stages/admit/archive/unpacked.ts';
import { gates } from '../../services/stages/admit/gates.ts';

export function gateTable(): string {
  const unpacking = [...unpackReasons, undecodable];
  const rows = [
    ['asked', 'of what it decides', 'knobs', 'skips and drops'],
    ['(unpacking)', 'what is a file, and whether it has text', '', codes(unpacking)],
    ...gates.map(({ name, summary, knobs, reasons, drops }) => [
      `\`${name}\``,
      summary,
      codes(Object.keys(knobs)),
      codes([...reasons, ...drops]),
    ]),
  ];
  return markdownTable(rows);
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' ');
}

/** Padded as the formatter has it, so that the source reads as a table too. */
function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = widths.map((width) => '-'.repeat(width));
  return [head, rule, ...body].map(line).join('\n');
}
