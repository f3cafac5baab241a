/** The table of gates in admit's README: in their order, with every answer they may give. */
import { undecodable, undecodableEvidence } from '../../services/stages/admit/archive/decode.ts';
import { unpackReasons } from '../../services/stages/admit/archive/skips.ts';
import { gates } from '../../services/stages/admit/gates.ts';
import { paddedTable } from './markdown.ts';

export function gateTable(): string {
  const unpacking = [...unpackReasons, undecodable, undecodableEvidence];
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
  return paddedTable(rows);
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(' ');
}
