/** For services/export: what each format holds, what its mask is for, what its readers need. */
import type { ExportFormat } from '../../services/export/format.ts';
import { formats } from '../../services/export/formats.ts';
import { code, paddedTable } from './markdown.ts';
import { wrapText } from './wrap-text.ts';

export function formatTables(): string {
  const summaries = formats.map(({ name, summary }) =>
    wrapText(`- ${code(name)}: ${summary}`).replaceAll('\n', '\n  '),
  );
  const masks = formats.flatMap(({ name, mask }) => {
    if (mask === null) return [];
    return [[code(name), mask.position, mask.firstToken, mask.lastToken]];
  });
  const columns = [
    'position t of the mask or label is for',
    'first token of a piece',
    'last token',
  ];
  return `${summaries.join('\n')}\n\n${paddedTable([['format', ...columns], ...masks])}`;
}

/** A list rather than a table: its words are code to copy, which no column holds. */
export function settingsTable(): string {
  const all: readonly ExportFormat[] = formats;
  const lines = all.flatMap(({ name, settings = [] }) =>
    settings.map(({ reader, set, otherwise }) => {
      const line = `- ${code(name)}, ${reader}: set ${set}. Otherwise: ${otherwise}.`;
      return wrapText(line).replaceAll('\n', '\n  ');
    }),
  );
  return lines.join('\n');
}
