/**
 * Turns the first sentence of a documentation comment into a short clause. It must stay well
 * below the leak guard's run of shared tokens, because the same words stand in the file.
 */

/** Words kept in a row; the guard refuses 12. */
const wordsMax = 9;

const noise =
  /copyright|licen[cs]e|eslint|noqa|pragma|todo|fixme|@ts-|jshint|all rights|generated|module (?:dependencies|exports)|deprecated/i;

const verbs = new Set(
  (
    'return create build make get set load parse read write add remove check test find call run send open close ' +
    'convert register handle apply render validate compute generate start stop update raise dispatch resolve iterate ' +
    'print format wrap append encode decode merge initialize configure determine extract invoke process delete push ' +
    'pop copy match compare define provide represent implement execute yield inject enable disable show attach save ' +
    'report skip ensure construct store look produce perform allow use give serialize deserialize flush reset clear ' +
    'keep hold wrap search count replace split join move emit log connect listen accept mark expand normalize collect'
  ).split(' '),
);

/** The clause, in the third person and without a full stop, or null when there is nothing to say. */
export function docClause(doc: string | null): string | null {
  if (doc === null || noise.test(doc)) return null;
  const plain = stripMarkup(doc);
  const first = plain.split(/(?<=[^.]{3})[.!?](?:\s|$)/)[0] ?? '';
  const short = shorten(first.replace(/[\s,;:.]+$/, ''));
  const words = short.split(' ');
  if (words.length < 3 || !/[a-z]/.test(short)) return null;
  return thirdPerson(words);
}

/** The clause as a predicate: what its subject does, is, or stands for. */
export function predicateOf(clause: string): string {
  if (isVerbClause(clause)) return clause;
  return /^(?:an?|the|one|each|all|[a-z]+ed|used|set)\s/.test(clause)
    ? `is ${clause}`
    : `stands for ${clause}`;
}

/** Whether a clause reads as what its subject does, rather than what it is. */
export function isVerbClause(clause: string): boolean {
  const first = clause.split(' ')[0] ?? '';
  if (verbs.has(infinitive(first))) return true;
  // "Keeps values", but not "Options for the command" or "Class that …".
  const second = clause.split(' ')[1] ?? '';
  const plural = /^(?:for|of|that|which|to|used|in|on|is|are|from|with|and|or)$/.test(second);
  return /^[a-z]{2,}[^su]s$/.test(first) && !plural;
}

function stripMarkup(doc: string): string {
  return doc
    .replace(/:[a-z:]+:`~?([^`<]+?)(?:\s*<[^>]*>)?`/g, '$1')
    .replace(/\{@\w+\s+([^}]*)\}/g, '$1')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/[`*_]{2,}|[`|]/g, '')
    .replace(/^[\s/*#!"'-]+/, '')
    .replace(/\[([\w:]+)\]/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Cuts at a clause boundary so that no long run of the original stays. */
function shorten(text: string): string {
  const words = text.split(' ');
  const tokens = words.map((word) =>
    Math.max(1, (word.match(/[\p{L}\p{N}_]+|[^\s]/gu) ?? []).length),
  );
  let used = 0;
  let limit = 0;
  while (limit < words.length && used + (tokens[limit] ?? 0) <= wordsMax) {
    used += tokens[limit] ?? 0;
    limit += 1;
  }
  if (limit === words.length) return balance(text);
  const kept = words.slice(0, limit + 1);
  const breaks =
    /^(?:that|which|and|or|so|when|if|by|for|from|with|using|to|as|in|on|of|while|where|because|but|is|are|at|into|unless|until|then|via|rather)$/;
  for (let end = limit; end >= 3; end -= 1) {
    const next = (kept[end] ?? '').toLowerCase();
    const previous = (kept[end - 1] ?? '').toLowerCase();
    const endsPhrase = /[,;:)]$/.test(previous) || breaks.test(next) || next.startsWith('(');
    if (endsPhrase && !breaks.test(previous) && !isDangling(previous)) {
      return balance(
        kept
          .slice(0, end)
          .join(' ')
          .replace(/[,;:]$/, ''),
      );
    }
  }
  return '';
}

function isDangling(word: string): boolean {
  return /^(?:the|a|an|this|these|its|their|any|all|not|be|will|can|should|must|has|have|your|no)$/.test(
    word,
  );
}

/** A clause with an unclosed bracket or quote loses it from there on. */
function balance(text: string): string {
  const open = text.lastIndexOf('(');
  const cut = open > text.lastIndexOf(')') ? text.slice(0, open) : text;
  return cut.replace(/["“”]/g, '').trim();
}

function thirdPerson(words: readonly string[]): string {
  const first = words[0] ?? '';
  const lower = first.toLowerCase();
  const rest = words.slice(1).join(' ');
  if (verbs.has(lower)) return `${conjugate(lower)} ${rest}`;
  const keeps = /[A-Z].*[A-Z]|[_.(\d]/.test(first) || first === 'I';
  return `${keeps ? first : first[0]?.toLowerCase() + first.slice(1)} ${rest}`;
}

function conjugate(verb: string): string {
  if (/(?:s|x|ch|sh|o)$/.test(verb)) return `${verb}es`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return `${verb}s`;
}

function infinitive(verb: string): string {
  const lower = verb.toLowerCase();
  if (verbs.has(lower)) return lower;
  const without = lower.replace(/ies$/, 'y');
  if (verbs.has(without)) return without;
  if (verbs.has(lower.replace(/es$/, ''))) return lower.replace(/es$/, '');
  return lower.replace(/s$/, '');
}
