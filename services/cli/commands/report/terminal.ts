/** Draws a quality report for a terminal. Pure. */
import { printable } from '../../../dataset/printable.ts';
import type { QualityReport } from '../../../quality/report.ts';
import type { Terminal } from '../../context.ts';
import { formatTable, truncate, wrapProse } from '../../views/format.ts';
import { qualitySections } from './rows.ts';

/** A reason or phrase on one line; the page and `--json` have all of it. */
const cellMax = 90;

export function drawQuality(report: QualityReport, { style, columns }: Terminal): string[] {
  return qualitySections(report).flatMap(({ title, head, rows }, position) => [
    ...(position === 0 ? [] : ['']),
    style.bold(title),
    ...(rows.every((row) => row.length === 1)
      ? rows.flatMap(([text = '']) => drawLine(text, columns))
      : formatTable([
          ...(head === null ? [] : [['', ...head.map(style.dim)]]),
          ...rows.map((row) => ['', ...row.map(cell)]),
        ])),
  ]);
}

/** A text of its own is wrapped, never cut. */
function drawLine(text: string, columns: number): string[] {
  return wrapProse(printable(text), Math.max(20, columns - 4)).map((line, position) =>
    position === 0 ? `  ${line}` : `    ${line}`,
  );
}

function cell(text: string): string {
  return truncate(printable(text.replaceAll(/\s+/g, ' ')), cellMax);
}
