/**
 * Turns the first sentence of a documentation comment into a short clause. It must stay well
 * below the leak guard's run of shared words, because the same words stand in the file.
 */
import { oneOf } from '../patterns.ts';
import { identifierWords } from '../wording.ts';
import { beginsWithVerb, conjugate, isCommand, isThirdPerson, isVerb } from './verbs.ts';

/** Most words kept in a row; the leak guard refuses 12. */
const wordsMax = 9;

const noise = oneOf(
  /copyright|licen[cs]e|all rights|generated|module (?:dependencies|exports)|deprecated/i,
  /eslint|noqa|pragma|todo|fixme|@ts-|jshint/i,
);

/** Sentences that address the reader or refer to something outside the clause. */
const unfit = oneOf(
  /\b(?:you|your|we|our|us|this (?:class|function|method))\b/i,
  /\b(?:see|note|example|below|above|following)\b/i,
  /^(?:if|when|in|for|by|on|as|sometimes|unlike|like|e\.g|there|these|those)\b/i,
  /^(?:once|while|since|not|no|only|given|do|does|don't)\b/i,
);

/** The clause without a full stop, in the third person; null when there is nothing to say. */
export function docClause(doc: string | null, name: string): string | null {
  if (doc === null || noise.test(doc)) return null;
  const plain = withoutSubject(stripMarkup(doc), name);
  const first = plain.split(/(?<=[^.]{3})[.!?](?:\s|$)/)[0] ?? '';
  const short = shorten(first.replace(/[\s,;:.-]+$/, ''));
  const words = short.split(' ');
  if (words.length < 3 || !/[a-z]/.test(short) || unfit.test(short)) return null;
  return repeatsName(words, name) ? null : thirdPerson(words);
}

/** Words that add nothing to a name. */
const empty = new Set(
  (
    'a an the this that these its of for to by from with as in on at and or all any each given is are ' +
    'be return returns get gets set sets give gives method function class object value current'
  ).split(' '),
);

/** "The human readable name of this parameter" says no more than `human_readable_name` does. */
function repeatsName(words: readonly string[], name: string): boolean {
  const known = new Set(identifierWords(name).split(' ').map(stem));
  return words
    .flatMap((word) => word.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .every((word) => empty.has(word) || known.has(stem(word)));
}

/** Enough to see that `parses` and `parse`, `header` and `headers` are one word. */
function stem(word: string): string {
  return word.replace(/(?:ing|ed|es|s|e)$/, '');
}

/** The clause as a predicate: what the subject does, is, or serves as; a function gives a thing. */
export function predicateOf(clause: string, subject: 'function' | 'thing' = 'thing'): string {
  // "A connection error occurred" is a sentence of its own.
  if (happened.test(clause)) return `tells that ${clause}`;
  if (/^(?:couldn't|could not|cannot|can't) /.test(clause)) return `tells that it ${clause}`;
  if (beginsWithVerb(clause)) return clause;
  if (subject === 'function' && /^(?:an?|the|one|each|all)\s/.test(clause))
    return `gives ${clause}`;
  return /^(?:an?|the|one|each|all|similar|equivalent|identical|[a-z]+ed)\s/.test(clause)
    ? `is ${clause}`
    : `serves as ${clause}`;
}

const happenings =
  'occurred|failed|happened|timed out|was|were|has|have|had|is missing|are missing';
const happened = new RegExp(String.raw`^(?:an?|the) (?:[\w.-]+ )+(?:${happenings})\b`);

function stripMarkup(doc: string): string {
  return doc
    .replace(/:[a-z:]+:`~?([^`<]+?)(?:\s*<[^>]*>)?`/g, '$1')
    .replace(/\{@\w+\s+([^}]*)\}/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/[`*_]{2,}|[`|]/g, '')
    .replace(/^[\s/*#!"'-]+/, '')
    .replace(/^lookup\b/i, 'Look up')
    .replace(/\[([\w:]+)\]/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A subject such as "This class" or "It" before the verb. */
const pointed =
  'class|function|method|exception|object|module|decorator|type|struct|interface|enum|package|file|trait';
const pointing = new RegExp(String.raw`^(?:this|it)(?:\s+(?:${pointed}))?\s+(?=\w+s\b)`, 'i');

/** "The context contains …", "NoArgs returns …", "This class holds …" lose their subject. */
function withoutSubject(text: string, name: string): string {
  const named = name !== '' && text.startsWith(`${name} `) ? text.slice(name.length + 1) : text;
  const bare = named.replace(pointing, '');
  if (bare !== text) return bare;
  const words = text.split(' ');
  if (!/^(?:the|an?)$/i.test(words[0] ?? '')) return text;
  const verb = words.findIndex(
    (word, index) =>
      index > 1 &&
      index < 5 &&
      isThirdPerson(word) &&
      !/^(?:that|which|who)$/.test(words[index - 1] ?? ''),
  );
  return verb < 0 ? text : words.slice(verb).join(' ');
}

/** Words that begin a part which can be left out. */
const breaks = new Set(
  (
    'that which and or so when if by for from with using to as in on of while where because but is ' +
    'are at into unless until then via rather'
  ).split(' '),
);
/** Words that a clause cannot end with. */
const dangling = new Set(
  (
    'the a an this these its their any all not be will can should must has have your no may might ' +
    'could would cannot pointing containing having being representing including'
  ).split(' '),
);

/** Cuts at a clause boundary so that no long run of the original stays; '' if none fits. */
function shorten(text: string): string {
  const words = text.split(' ');
  const limit = wordLimit(words);
  const last = words.at(-1)?.toLowerCase() ?? '';
  // "Is missing if:" goes on in a list.
  if (limit === words.length) return breaks.has(last) || dangling.has(last) ? '' : balance(text);
  for (let end = limit; end >= 3; end -= 1) {
    const next = (words[end] ?? '').toLowerCase();
    const previous = (words[end - 1] ?? '').toLowerCase();
    const endsPhrase = /[,;:)]$/.test(previous) || breaks.has(next) || next.startsWith('(');
    if (!endsPhrase || breaks.has(previous) || dangling.has(previous)) continue;
    const kept = withoutLooseEnd(withoutHalfClause(words.slice(0, end))).join(' ');
    if (kept.split(' ').length < 3) continue;
    return balance(kept.replace(/[,;:]$/, ''));
  }
  return '';
}

/** How many leading words stay within the limit, punctuation counted. */
function wordLimit(words: readonly string[]): number {
  let used = 0;
  let limit = 0;
  for (const word of words) {
    used += Math.max(1, (word.match(/[\p{L}\p{N}_]+|[^\s]/gu) ?? []).length);
    if (used > wordsMax) break;
    limit += 1;
  }
  return limit;
}

/** "The values that the knob" has lost the verb of its second half, which goes too. */
function withoutHalfClause(words: readonly string[]): readonly string[] {
  const at = words.findLastIndex((word) =>
    /^(?:that|which|who|whose|where|because|if)$/i.test(word),
  );
  if (at < 1) return words;
  const verb = words
    .slice(at + 1)
    .some((word) => isThirdPerson(word) || /^(?:are|was|were|can|will|may|must)$/.test(word));
  return verb ? words : words.slice(0, at);
}

/** A phrase cut shortly after a conjunction ("an application and acts") ends before it. */
function withoutLooseEnd(words: readonly string[]): readonly string[] {
  const at = words.findLastIndex((word) => /^(?:and|or|but)$/i.test(word));
  return at >= 3 && words.length - at <= 3 ? words.slice(0, at) : words;
}

/** Cuts a clause at its first bracket that is not closed. */
function balance(text: string): string {
  const open = text.lastIndexOf('(');
  const cut = open > text.lastIndexOf(')') ? text.slice(0, open) : text;
  return cut.replace(/["“”]/g, '').trim();
}

function thirdPerson(words: readonly string[]): string {
  const [first = '', second = '', third = ''] = words;
  const lower = first.toLowerCase();
  const two = isVerb(lower) && /^(?:and|or)$/.test(second) && isVerb(third);
  if (two || isCommand(first, second)) {
    const rest = words
      .slice(1)
      .map((word, index) =>
        /^(?:and|or)$/.test(words[index] ?? '') && isVerb(word) ? conjugate(word) : word,
      );
    return [conjugate(lower), ...rest].join(' ');
  }
  const keeps = /[A-Z].*[A-Z]|[_.(\d]/.test(first) || first === 'I';
  return [keeps ? first : lower, ...words.slice(1)].join(' ');
}
