/**
 * Recognises the notices that state a file's licence: grants in sentences, tags such as `@license`,
 * licence texts, and reservations of all rights. A mere mention of a licence is not a notice.
 */
import { combine, type LicenceExpression, licence } from '../expression.ts';
import { stated } from '../statement.ts';
import { licenceWords, textsIn } from '../text.ts';
import type { CommentBlock } from './comments.ts';
import { foreignWords } from './foreign.ts';
import { grantsIn, isChoice } from './grants.ts';
import { proseOf } from './prose.ts';
import { reservationWords, reserves } from './reservations.ts';
import { readTag } from './tags.ts';

/** A tag or a reservation counts only within this many characters of a file's start. */
const headCharacters = 8_192;

/**
 * One of these is in every notice and text of a licence, and in the names of copyleft that stand
 * alone; most texts hold none. Names such as `MIT` are words of programs, too.
 */
export const statingWords = new RegExp(
  [
    reservationWords,
    foreignWords,
    String.raw`\b(?:gnu|mpl|epl|eupl|cddl|sspl|busl|cecill|cc[- ]by|[eo]sl)\b|gpl|copying|distribut|reproduc|prohibited|public domain|\bterms\b|subject to`,
    String.raw`agreement|\beula\b|covenant|(?:conditions|provisions) (?:of|as)\b`,
    String.raw`\b(?:released|available|provided|published|offered|open[- ]sourced|covered|governed|protected|placed|copied|used|modified)\b.{0,80}\b(?:under|by|to|in) (?:the )?(?:mit|apache|bsd|isc|mpl|epl|mozilla|eclipse|cc|creative|boost|zlib|expat|python|artistic|psf)\b`,
  ].join('|'),
  'i',
);

export function isInHead({ offset }: CommentBlock): boolean {
  return offset < headCharacters;
}

/** Returns the licence that the block states; null if it states none. */
export function readBlock(block: CommentBlock): LicenceExpression | null {
  const { lines } = block;
  const inHead = isInHead(block);
  const prose = proseOf(lines);
  const words = licenceWords(lines.join('\n'));
  const texts = textsIn(words).map((identifier) => licence(identifier));
  const granted = grantsIn(prose);
  const tagged = inHead ? lines.flatMap((line) => readTag(line) ?? []) : [];
  const found = unique([...granted, ...texts, ...tagged]);
  const understood = found.filter((part) => !isStated(part));
  const parts = understood.length > 0 && !reserves(prose) ? understood : found;
  if (inHead && reserves(prose) && !parts.some(isStated)) parts.push(licence(stated));
  if (parts.length === 0) return null;
  return combine(isChoice(prose) && parts.every((part) => !isStated(part)) ? 'or' : 'and', parts);
}

function isStated(expression: LicenceExpression): boolean {
  return expression.kind === 'licence' && expression.identifier === stated;
}

/** Drops vague licences: `GPL` beside `GPL version 2 or later` adds nothing. */
function unique(parts: readonly LicenceExpression[]): LicenceExpression[] {
  const familyOf = (part: LicenceExpression) =>
    part.kind === 'licence'
      ? (/^[AL]?GPL|^LicenseRef-BSD|^BSD/.exec(part.identifier)?.[0] ?? null)
      : null;
  const isVague = (part: LicenceExpression) =>
    part.kind === 'licence' &&
    /GPL-1\.0-or-later|^LGPL-2\.0-or-later$|^LicenseRef-BSD$/.test(part.identifier);
  const short = (part: LicenceExpression) => familyOf(part)?.replace('LicenseRef-', '') ?? null;
  return parts.filter(
    (part, index) =>
      !isVague(part) ||
      !parts.some((other, at) => at !== index && short(other) === short(part) && !isVague(other)),
  );
}
