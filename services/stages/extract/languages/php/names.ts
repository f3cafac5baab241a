/**
 * The full names that PHP code uses. The namespace and `use` statements of a file alone decide what
 * a name means in it. Names are read from the text, not the tree, at a tenth of the cost. A word
 * that is no class after all does no harm: no file declares it.
 */

/** The part of a file in one namespace, with the names that its `use` statements bind. */
export interface Section {
  readonly namespace: string;
  readonly start: number;
  end: number;
  readonly names: Record<'class' | 'function' | 'const', Map<string, string>>;
  /** Spans of the `use` statements. */
  readonly statements: [number, number][];
}

/**
 * Returns `class NAME`, `function NAME` and `const NAME`, sorted. A `?` after the kind marks names
 * that may mean the global one instead.
 */
export function usedNames(text: string, sections: readonly Section[]): string[] {
  const uses = new Set<string>();
  for (const { groups, index } of text.matchAll(token)) {
    const { before = '', name, after = '' } = groups ?? {};
    if (name === undefined || reserved.has(name.toLowerCase())) continue;
    const start = index + before.length;
    const section = sections.findLast((other) => other.start <= start && start < other.end);
    if (section === undefined || isInUse(section, start)) continue;
    for (const kind of kindsOf(name, before, after)) uses.add(fullName(section, kind, name));
  }
  return [...uses].sort();
}

function isInUse({ statements }: Section, index: number): boolean {
  if (index >= (statements.at(-1)?.[1] ?? 0)) return false;
  return statements.some(([start, end]) => start <= index && index < end);
}

const ended = String.raw`(?:<\?(?:php\b|=)|$)`;
/** Text outside the code: before the first `<?php`, and after each `?>`. */
const outside = String.raw`^[\s\S]*?${ended}|\?>[\s\S]*?${ended}`;
/** A line comment also ends at `?>`. `#[` opens an attribute, not a comment. */
const comment = String.raw`/\*[\s\S]*?\*/|(?://|#(?!\[))[^\n]*?(?=\?>|\n|$)`;
const single = String.raw`'[^'\\]*(?:\\[\s\S][^'\\]*)*'`;
const double = String.raw`"[^"\\]*(?:\\[\s\S][^"\\]*)*"`;
const heredoc = String.raw`<<<[ \t]*["']?(?<label>\w+)["']?\r?\n[\s\S]*?\n[ \t]*\k<label>\b`;
const string = [single, double, '`[^`]*`', heredoc].join('|');
const member = String.raw`(?:->|::)\s*\w+|\$\w+|\b\d\w*`;
const declaring = 'function|const|class|interface|trait|enum|namespace|goto';
/** A name after a declaring keyword or `goto`: no use. */
const given = String.raw`\b(?:${declaring})\s+&?\s*\w[\w\\]*`;
const letters = String.raw`[\w\\\x80-\uffff]*`;
const used = String.raw`(?<before>\bnew\s+|#\[\s*)?(?<name>\\?[a-z_\x80-\uffff]${letters})`;
const behind = String.raw`(?=\s*(?<after>\(|::)?)`;
/** A name that is used, or a piece of text without one, to be skipped. */
const token = new RegExp([outside, comment, string, member, given, used + behind].join('|'), 'gi');

const reserved = new Set(
  (
    'abstract and array as bool boolean break callable case catch class clone const continue ' +
    'declare default die do echo else elseif empty enddeclare endfor endforeach endif endswitch ' +
    'endwhile enum exit extends false final finally float fn for foreach function global goto if ' +
    'implements include include_once instanceof insteadof int integer interface isset iterable ' +
    'list match mixed namespace never new null object or parent print private protected public ' +
    'readonly require require_once return self static string switch throw trait true try unset ' +
    'use var void while xor yield from __class__ __dir__ __file__ __function__ __line__ ' +
    '__method__ __namespace__ __trait__'
  ).split(' '),
);

function kindsOf(name: string, before: string, after: string): (keyof Section['names'])[] {
  if (before !== '' || after === '::') return ['class'];
  if (after === '(') return ['function'];
  return /^[A-Z][A-Z0-9_]+$/.test(name) ? ['class', 'const'] : ['class'];
}

function fullName(section: Section, kind: keyof Section['names'], name: string): string {
  if (name.startsWith('\\')) return `${kind} ${name.slice(1)}`;
  const [first = '', ...rest] = name.split('\\');
  const inside = section.namespace === '' ? '' : `${section.namespace}\\`;
  if (first.toLowerCase() === 'namespace') return `${kind} ${inside}${rest.join('\\')}`;
  // The first part of a qualified name is always a namespace or class.
  const imported = section.names[rest.length > 0 ? 'class' : kind].get(first);
  if (imported !== undefined) return `${kind} ${[imported, ...rest].join('\\')}`;
  const fallsBack = kind !== 'class' && rest.length === 0 && inside !== '';
  return `${kind}${fallsBack ? '?' : ''} ${inside}${name}`;
}
