/**
 * How definitions look on one line, per family of languages: for files that no parser could read.
 * Every pattern is matched against a short line and must not backtrack over more than one word.
 */
import {
  anyMark,
  type ParsedLanguageName,
  parsedRow,
  parsedRows,
} from '../../../../schemas/languages/languages.ts';

export interface LineFamily {
  /** Groups: `name`; `keyword` where it tells the kind, else a function; `owner` of a method. */
  readonly patterns: readonly RegExp[];
  /** A block that holds definitions of a type without defining the type; group `name`. */
  readonly reopens?: RegExp;
  /** Matches a comment line. */
  readonly comment: RegExp;
  /** Whether a definition is visible outside its file. */
  readonly isExported: (name: string, line: string) => boolean;
  /** Whether a colon ends the signature, as in Python. */
  readonly colonEnds?: boolean;
}

type Names = readonly ParsedLanguageName[];

/** The kind that a keyword defines, in the schema's terms. */
export const keywordKinds: ReadonlyMap<string, string> = new Map(
  parsedRows.flatMap(({ definers }) => Object.entries(definers)),
);

/** A regular expression from a text with parts in it; a backslash stands for itself. */
function pattern(text: TemplateStringsArray, ...parts: readonly string[]): RegExp {
  return new RegExp(String.raw(text, ...parts));
}

function anyWord(words: string): string {
  return `(?:${words.replaceAll(' ', '|')})`;
}

/** Any number of some words, each with white space behind it. */
function words(some: string): string {
  return String.raw`(?:${anyWord(some)}\s+)*`;
}

/** The keywords of some languages that define the given kinds. */
function definers(names: Names, ...kinds: string[]): string {
  const all = names.flatMap((each) => Object.entries(parsedRow(each).definers));
  const fitting = all.filter(([, kind]) => kinds.includes(kind)).map(([word]) => word);
  return anyWord([...new Set(fitting)].join(' '));
}

/** The same as a group that captures the keyword. */
function keyword(names: Names, ...kinds: string[]): string {
  return `(?<keyword>${definers(names, ...kinds)})`;
}

/** Matches a line that opens a comment, or that continues a block comment with `*`. */
function commentOf(language: ParsedLanguageName): RegExp {
  const { line, block, except } = parsedRow(language).comments;
  const opens = [...line, ...block.map(([open]) => open)];
  if (block.some(([, close]) => close === '*/')) opens.push('*');
  const exception = except.length === 0 ? '' : `(?!${anyMark(except)})`;
  return pattern`^\s*${exception}${anyMark(opens)}`;
}

const name = String.raw`(?<name>\w+)`;

const noType = anyWord('return else throw new delete case goto await yield using assert typedef');
const typedName = String.raw`(?<name>~?[A-Za-z_]\w*)`;
/** A type, then a name and a parenthesis: what C, Java and C# have in common. */
const typedFunction = pattern`^\s*(?!${noType}\b)[A-Za-z_@~][^(=;{}"']*[\s*&:]${typedName}\s*\(`;

const python: LineFamily = {
  patterns: [pattern`^\s*(?:async\s+)?${keyword(['python'], 'function', 'class')}\s+${name}`],
  comment: commentOf('python'),
  isExported: (name) => /^(?!_)|^__\w+__$/.test(name),
  colonEnds: true,
};

const script: Names = ['typescript', 'javascript'];
const scriptName = String.raw`(?<name>[\w$]+)`;
const scriptKinds = ['function', 'class', 'interface', 'enum', 'module'];
const scriptModifiers = words('export default declare abstract async');
const scriptVariable = definers(script, 'constant', 'variable');
const functionValue = String.raw`(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>)`;
const methodModifiers = words('public private protected static async override readonly get set');
const noMethod = anyWord('if for while switch catch function return');

const ecmascript: LineFamily = {
  patterns: [
    pattern`^\s*${scriptModifiers}${keyword(script, ...scriptKinds)}\b\s*\*?\s*${scriptName}`,
    pattern`^\s*${words('export declare')}${keyword(script, 'type')}\s+${scriptName}\s*[<=]`,
    pattern`^\s*(?:export\s+)?${scriptVariable}\s+${scriptName}\s*=\s*${functionValue}`,
    pattern`^(?:export\s+)?${keyword(script, 'constant', 'variable')}\s+${scriptName}\s*[=:]`,
    pattern`^\s+${methodModifiers}(?!${noMethod}\b)#?${scriptName}\s*\([^;]*\{\s*$`,
  ],
  comment: commentOf('typescript'),
  isExported: (_, line) => /^\s*export\b/.test(line),
};

const go: LineFamily = {
  patterns: [
    /^func\s+(?:\(\s*(?:\w+\s+)?\*?(?<owner>\w+)[^)]*\)\s*)?(?<name>\w+)/,
    pattern`^${keyword(['go'], 'type', 'constant', 'variable')}\s+${name}`,
  ],
  comment: commentOf('go'),
  isExported: (name) => /^\p{Lu}/u.test(name),
};

const isPublic = String.raw`(?:pub(?:\([^)]*\))?\s+)?`;
const routineModifiers = String.raw`(?:(?:default|const|async|unsafe|extern\s+"[^"]*")\s+)*`;
const itemKinds = ['struct', 'enum', 'trait', 'module', 'type', 'constant'];

const rust: LineFamily = {
  patterns: [
    pattern`^\s*${isPublic}${routineModifiers}fn\s+${name}`,
    pattern`^\s*${isPublic}(?:unsafe\s+)?${keyword(['rust'], ...itemKinds)}\s+(?:mut\s+)?${name}`,
    pattern`^\s*${keyword(['rust'], 'macro')}\s*${name}`,
  ],
  reopens: /^\s*(?:unsafe\s+)?impl(?:<.*?>)?\s+(?:.*\bfor\s+)?&?(?:'\w+\s+)?(?:\w+::)*(?<name>\w+)/,
  comment: commentOf('rust'),
  isExported: (_, line) => /^\s*pub\b/.test(line),
};

const cType = keyword(['c', 'cpp'], 'struct', 'enum', 'class', 'module');
const cName = String.raw`(?:[A-Z_]+\s+)?(?<name>[A-Za-z_]\w*)(?![^{]*[;=(])`;

const c: LineFamily = {
  patterns: [
    pattern`^\s*#\s*${keyword(['c', 'cpp'], 'macro')}\s+${name}(?=\(|[ \t]+\S)`,
    pattern`^\s*(?:typedef\s+)?(?:enum\s+)?${cType}\s+${cName}`,
    typedFunction,
  ],
  comment: commentOf('c'),
  isExported: (_, line) => !/^\s*(?:static|private)\b/.test(line),
};

const curly: Names = ['java', 'kotlin', 'scala', 'csharp'];
const curlyTypes = ['class', 'interface', 'enum', 'trait', 'struct', 'module', 'type'];
const curlyType = keyword(curly, ...curlyTypes);
const typeName = String.raw`(?<name>[A-Za-z_][\w.]*)`;
const routine = definers(curly, 'function');
const receiver = String.raw`(?:[\w.<>]+\.)?`;
const value = keyword(curly, 'constant', 'variable');
const modifiers = words(
  'public private protected internal abstract final sealed static partial open data inline value ' +
    'inner override virtual async export case implicit lazy readonly suspend operator annotation ' +
    'companion unsafe strictfp non-sealed',
);

/** Java and the languages that look like it on one line. */
const javaLike: LineFamily = {
  patterns: [
    pattern`^\s*${modifiers}${curlyType}\s+(?:class\s+)?${typeName}`,
    pattern`^\s*${modifiers}${routine}\s+(?:<[^>]*>\s*)?${receiver}${name}`,
    pattern`^\s*${modifiers}${value}\s+(?:val\s+)?${name}\s*[:=]`,
    typedFunction,
  ],
  comment: commentOf('java'),
  isExported: (_, line) => !/\bprivate\b/.test(line),
};

const ruby: LineFamily = {
  patterns: [
    pattern`^\s*${keyword(['ruby'], 'class', 'module')}\s+(?<name>[A-Z][\w:]*)`,
    pattern`^\s*${definers(['ruby'], 'function')}\s+(?:self\.)?(?<name>[\w?!=]+)`,
  ],
  comment: commentOf('ruby'),
  isExported: (name) => !name.startsWith('_'),
};

const phpType = keyword(['php'], 'class', 'interface', 'trait', 'enum');
const phpModifiers = words('public private protected static abstract final');

const php: LineFamily = {
  patterns: [
    pattern`^\s*${words('abstract final readonly')}${phpType}\s+${name}`,
    pattern`^\s*${phpModifiers}${definers(['php'], 'function')}\s+&?${name}`,
    pattern`^\s*${words('public private protected final')}${keyword(['php'], 'constant')}\s+${name}\s*=`,
  ],
  comment: commentOf('php'),
  isExported: (_, line) => !/\bprivate\b/.test(line),
};

const bash: LineFamily = {
  patterns: [/^\s*(?:function\s+)(?<name>[\w:.-]+)/, /^\s*(?<name>[\w:.-]+)\s*\(\)\s*(?:\{|$)/],
  comment: commentOf('bash'),
  isExported: () => true,
};

/** A notebook has no patterns, because its lines are JSON. Others without any get their row's. */
const families: Readonly<Partial<Record<ParsedLanguageName, LineFamily | null>>> = {
  python,
  notebook: null,
  typescript: ecmascript,
  javascript: ecmascript,
  go,
  rust,
  c,
  cpp: c,
  java: javaLike,
  kotlin: javaLike,
  scala: javaLike,
  csharp: javaLike,
  ruby,
  php,
  bash,
};

/** For a language without patterns of its own: its defining words, each before a name. */
function familyOfRow(language: ParsedLanguageName): LineFamily | null {
  const kinds = Object.values(parsedRow(language).definers);
  if (kinds.length === 0) return null;
  return {
    patterns: [pattern`^\s*${keyword([language], ...kinds)}\s+${name}`],
    comment: commentOf(language),
    isExported: (name) => !name.startsWith('_'),
  };
}

const byLanguage = new Map<string, LineFamily | null>(
  parsedRows.map((row) => {
    const own = families[row.name];
    return [row.name, own === undefined ? familyOfRow(row.name) : own];
  }),
);

/** Null for a language without patterns, and for one that is not parsed. */
export function lineFamilyOf(language: string): LineFamily | null {
  return byLanguage.get(language) ?? null;
}
