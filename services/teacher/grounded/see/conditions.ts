/**
 * Says a condition of code in words. Simple tests become phrases ("`name` is missing"); anything
 * else becomes the names it looks at, so that no expression is copied.
 */
import { joinNames, quote, unique } from '../wording.ts';

const termsMax = 3;
const literalCharactersMax = 24;

/** "when …" or "depending on …", or null when the condition names nothing. */
export function sayCondition(condition: string): string | null {
  const text = condition.trim().replace(/;$/, '');
  if (text === '' || text.length > 160) return null;
  const parts = splitTerms(text);
  if (parts !== null && parts.terms.length <= termsMax) {
    const phrases = parts.terms.map(sayTerm);
    if (phrases.every((phrase) => phrase !== null))
      return `when ${phrases.join(` ${parts.joiner} `)}`;
  }
  const names = namesIn(text);
  return names.length === 0 ? null : `depending on ${joinNames(names, 3)}`;
}

function splitTerms(text: string): { terms: string[]; joiner: string } | null {
  const and = text.split(/\s*&&\s*|\s+and\s+/);
  const or = text.split(/\s*\|\|\s*|\s+or\s+/);
  if (and.length > 1 && or.length > 1) return null;
  return or.length > 1 ? { terms: or, joiner: 'or' } : { terms: and, joiner: 'and' };
}

const operand = String.raw`((?:[\w$]+(?:\.|->|::|\?\.))*[\w$]+(?:\(\))?|-?\d[\d_.]*|"[^"]*"|'[^']*')`;
const empty = 'None|null|nil|NULL|nullptr|undefined';

/** Pattern and phrase; `$1` and `$2` are operands, said by `sayOperand`. */
const phrases: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^${operand} (?:is|===?) (?:${empty})$`), '$1 is missing'],
  [new RegExp(`^${operand} (?:is not|!==?) (?:${empty})$`), '$1 is set'],
  [new RegExp(`^(?:!|not )${operand}$`), '$1 is not set'],
  [new RegExp(`^${operand}\\.(?:is_none|isEmpty|is_empty)\\(\\)$`), '$1 is empty'],
  [new RegExp(`^${operand}\\.is_some\\(\\)$`), '$1 is set'],
  [new RegExp(`^len\\(${operand}\\) == 0$`), '$1 is empty'],
  [new RegExp(`^${operand}\\.length ===? 0$`), '$1 is empty'],
  [new RegExp(`^len\\(${operand}\\) > 0$`), '$1 is not empty'],
  [new RegExp(`^${operand} not in ${operand}$`), '$1 is not among $2'],
  [new RegExp(`^${operand} in ${operand}$`), '$1 is among $2'],
  [new RegExp(`^!?isinstance\\(${operand}, ${operand}\\)$`), '$1 is of type $2'],
  [new RegExp(`^not isinstance\\(${operand}, ${operand}\\)$`), '$1 is not of type $2'],
  [new RegExp(`^typeof ${operand} ===? ${operand}$`), '$1 is a $2'],
  [new RegExp(`^typeof ${operand} !==? ${operand}$`), '$1 is not a $2'],
  [new RegExp(`^${operand} instanceof ${operand}$`), '$1 is of type $2'],
  [new RegExp(`^!\\(?${operand} instanceof ${operand}\\)?$`), '$1 is not of type $2'],
  [new RegExp(`^Array\\.isArray\\(${operand}\\)$`), '$1 is an array'],
  [new RegExp(`^hasattr\\(${operand}, ${operand}\\)$`), '$1 offers $2'],
  [new RegExp(`^${operand}\\.starts_?[wW]ith\\(${operand}\\)$`), '$1 begins with $2'],
  [new RegExp(`^${operand}\\.ends_?[wW]ith\\(${operand}\\)$`), '$1 ends in $2'],
  [new RegExp(`^let Some\\((?:\\w+)\\) = ${operand}$`), '$1 holds a value'],
  [new RegExp(`^let (?:Ok|Err)\\((?:\\w+)\\) = ${operand}$`), '$1 has that outcome'],
  [new RegExp(`^${operand} (?:===?|is) ${operand}$`), '$1 equals $2'],
  [new RegExp(`^${operand} (?:!==?|is not) ${operand}$`), '$1 differs from $2'],
  [new RegExp(`^${operand} < ${operand}$`), '$1 is below $2'],
  [new RegExp(`^${operand} <= ${operand}$`), '$1 is at most $2'],
  [new RegExp(`^${operand} > ${operand}$`), '$1 is above $2'],
  [new RegExp(`^${operand} >= ${operand}$`), '$1 is at least $2'],
  [new RegExp(`^${operand}$`), '$1 is set'],
];

function sayTerm(term: string): string | null {
  const text = unwrap(term.trim());
  for (const [pattern, phrase] of phrases) {
    const match = pattern.exec(text);
    if (match === null) continue;
    const said = phrase.replace(/\$(\d)/g, (_all, index: string) =>
      sayOperand(match[Number(index)] ?? ''),
    );
    // A call "holds", a name "is set".
    return said
      .replace(/(\(\)`) is set$/, '$1 holds')
      .replace(/(\(\)`) is not set$/, '$1 does not hold');
  }
  return null;
}

function unwrap(text: string): string {
  const inner = /^\(([^()]*)\)$/.exec(text)?.[1];
  return inner === undefined ? text : inner.trim();
}

function sayOperand(text: string): string {
  const shown = text.replace(/^(?:self|this)(?:\.|->)/, '');
  if (/^["']/.test(text) && text.length > literalCharactersMax) return 'a fixed text';
  return quote(shown);
}

const plainWords = new Set(
  (
    'and or not in is if None null nil true false True False undefined typeof instanceof isinstance len length let ' +
    'Some Ok Err self this new size NULL nullptr const sizeof int char unsigned hasattr Array isArray'
  ).split(' '),
);

/** Names that an expression looks at, without string contents. */
export function namesIn(text: string): string[] {
  const names = text.replace(/"[^"]*"|'[^']*'/g, ' ').match(/[A-Za-z_$][\w$]*/g) ?? [];
  return unique(names.filter((name) => !plainWords.has(name) && name.length > 1));
}
