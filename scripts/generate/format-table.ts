/** For services/export/formats.md: what each format holds, and what its mask is for. */
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
