/**
 * Reads the comment that begins a file and says nothing but the name of a permissive licence, as in
 * `// MIT`. Elsewhere such a name heads a list or is somebody's institute: it must stand before all
 * code, with nothing beside it but copyright lines, the file's name and settings of tools.
 */
import type { FileText } from '../../file-text.ts';
import { type LicenceExpression, licence } from '../expression.ts';
import { fromName } from '../statement.ts';
import type { CommentBlock } from './comments.ts';

/** Names that head nothing else, in the case in which they are written. */
const names = String.raw`MIT|ISC|Apache[- ]2\.0|BSD-[23]-Clause|CC0(?:-1\.0)?|Unlicense`;
const name = new RegExp(`^(?:${names})[.;]?$`);
const headCharacters = 4_096;
const mayHold = new RegExp(String.raw`^[^\w\r\n]{0,8}(?:${names})[^\w\r\n]{0,8}$`, 'm');

/** Whether a line of the text's beginning is such a name; most texts have none. */
export function mayNameOne(text: string): boolean {
  return mayHold.test(text.slice(0, headCharacters));
}

/** There the mark of a comment is that of a heading. */
const prose = /\.(?:md|mdx|markdown|txt|rst|adoc|org)$/i;

/** What may stand before the first comment, and beside the name in it. */
const opening = /^\s*(?:<\?(?:php)?|<!doctype[^>]{0,100}>|["']use strict["'];?)?\s*$/i;
const beside = new RegExp(
  [
    String.raw`^(?:$|\/(?:usr\/)?(?:local\/)?bin\/|(?:copyright|\(c\)|©)|-\*-|vim?:|(?:file)?coding[:=]`,
    String.raw`|[@\\]?(?:file:? )?[\w./-]{1,80}\.\w{1,6}$)`,
  ].join(''),
  'i',
);

export function readNameAlone(
  { path, text }: FileText,
  { lines, offset }: CommentBlock,
): LicenceExpression | null {
  if (prose.test(path) || !opening.test(text.slice(0, Math.min(offset, headCharacters))))
    return null;
  const said = lines.filter((line) => name.test(line) || !beside.test(line));
  const [only = ''] = said;
  const identifier =
    said.length === 1 && name.test(only) ? fromName(only.replace(/[.;]$/, '')) : null;
  return identifier === null ? null : licence(identifier);
}
