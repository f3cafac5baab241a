/**
 * How definitions look on one line, per family of languages: for files that no parser could read.
 * Every pattern is matched against a short line and must not backtrack over more than one word.
 */

export interface LineFamily {
  /** Groups: `name`; `keyword` where it tells the kind, else a function; `owner` of a method. */
  readonly patterns: readonly RegExp[];
  /** What holds definitions of a type without defining it; group `name`. */
  readonly reopens?: RegExp;
  /** What opens a comment line. */
  readonly comment: RegExp;
  /** Whether a definition is visible outside its file. */
  readonly isExported: (name: string, line: string) => boolean;
  /** Whether a colon ends the signature, as in Python. */
  readonly colonEnds?: boolean;
}

/** What a keyword defines, in the words of the schema. */
export const keywordKinds: Readonly<Record<string, string>> = {
  class: 'class',
  object: 'class',
  record: 'class',
  interface: 'interface',
  '@interface': 'interface',
  trait: 'trait',
  struct: 'struct',
  union: 'struct',
  enum: 'enum',
  type: 'type',
  typealias: 'type',
  module: 'module',
  mod: 'module',
  namespace: 'module',
  define: 'macro',
  'macro_rules!': 'macro',
  const: 'constant',
  static: 'constant',
  val: 'constant',
  let: 'variable',
  var: 'variable',
};

const slashComment = /^\s*(?:\/\/|\/\*|\*)/;
const hashComment = /^\s*#/;

/** A type, then a name and a parenthesis: what C, Java and C# have in common. */
const typedFunction =
  /^\s*(?!(?:return|else|throw|new|delete|case|goto|await|yield|using|assert|typedef)\b)[A-Za-z_@~][^(=;{}"']*[\s*&:](?<name>~?[A-Za-z_]\w*)\s*\(/;

const python: LineFamily = {
  patterns: [/^\s*(?:async\s+)?(?<keyword>def|class)\s+(?<name>\w+)/],
  comment: hashComment,
  isExported: (name) => /^(?!_)|^__\w+__$/.test(name),
  colonEnds: true,
};

const ecmascript: LineFamily = {
  patterns: [
    /^\s*(?:(?:export|default|declare|abstract|async)\s+)*(?<keyword>function|class|interface|enum|namespace|module)\b\s*\*?\s*(?<name>[\w$]+)/,
    /^\s*(?:(?:export|declare)\s+)*(?<keyword>type)\s+(?<name>[\w$]+)\s*[<=]/,
    /^\s*(?:export\s+)?(?:const|let|var)\s+(?<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\b|\(|[\w$]+\s*=>)/,
    /^(?:export\s+)?(?<keyword>const|let|var)\s+(?<name>[\w$]+)\s*[=:]/,
    /^\s+(?:(?:public|private|protected|static|async|override|readonly|get|set)\s+)*(?!(?:if|for|while|switch|catch|function|return)\b)#?(?<name>[\w$]+)\s*\([^;]*\{\s*$/,
  ],
  comment: slashComment,
  isExported: (_, line) => /^\s*export\b/.test(line),
};

const go: LineFamily = {
  patterns: [
    /^func\s+(?:\(\s*(?:\w+\s+)?\*?(?<owner>\w+)[^)]*\)\s*)?(?<name>\w+)/,
    /^(?<keyword>type|const|var)\s+(?<name>\w+)/,
  ],
  comment: slashComment,
  isExported: (name) => /^\p{Lu}/u.test(name),
};

const rust: LineFamily = {
  patterns: [
    /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:default|const|async|unsafe|extern\s+"[^"]*")\s+)*fn\s+(?<name>\w+)/,
    /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?(?<keyword>struct|enum|union|trait|mod|type|const|static)\s+(?:mut\s+)?(?<name>\w+)/,
    /^\s*(?<keyword>macro_rules!)\s*(?<name>\w+)/,
  ],
  reopens: /^\s*(?:unsafe\s+)?impl(?:<.*?>)?\s+(?:.*\bfor\s+)?&?(?:'\w+\s+)?(?:\w+::)*(?<name>\w+)/,
  comment: slashComment,
  isExported: (_, line) => /^\s*pub\b/.test(line),
};

const c: LineFamily = {
  patterns: [
    /^\s*#\s*(?<keyword>define)\s+(?<name>\w+)(?=\(|[ \t]+\S)/,
    /^\s*(?:typedef\s+)?(?:enum\s+)?(?<keyword>struct|union|enum|class|namespace)\s+(?:[A-Z_]+\s+)?(?<name>[A-Za-z_]\w*)(?![^{]*[;=(])/,
    typedFunction,
  ],
  comment: slashComment,
  isExported: (_, line) => !/^\s*(?:static|private)\b/.test(line),
};

const modifiers =
  '(?:(?:public|private|protected|internal|abstract|final|sealed|static|partial|open|data|inline|value|inner|override|virtual|async|export|case|implicit|lazy|readonly|suspend|operator|annotation|companion|unsafe|strictfp|non-sealed)\\s+)*';

const jvm: LineFamily = {
  patterns: [
    new RegExp(
      `^\\s*${modifiers}(?<keyword>class|interface|enum|@interface|record|object|trait|struct|namespace|type|typealias)\\s+(?:class\\s+)?(?<name>[A-Za-z_][\\w.]*)`,
    ),
    new RegExp(`^\\s*${modifiers}(?:fun|def)\\s+(?:<[^>]*>\\s*)?(?:[\\w.<>]+\\.)?(?<name>\\w+)`),
    new RegExp(`^\\s*${modifiers}(?<keyword>val|var|const)\\s+(?:val\\s+)?(?<name>\\w+)\\s*[:=]`),
    typedFunction,
  ],
  comment: slashComment,
  isExported: (_, line) => !/\bprivate\b/.test(line),
};

const ruby: LineFamily = {
  patterns: [
    /^\s*(?<keyword>class|module)\s+(?<name>[A-Z][\w:]*)/,
    /^\s*def\s+(?:self\.)?(?<name>[\w?!=]+)/,
  ],
  comment: hashComment,
  isExported: (name) => !name.startsWith('_'),
};

const php: LineFamily = {
  patterns: [
    /^\s*(?:(?:abstract|final|readonly)\s+)*(?<keyword>class|interface|trait|enum)\s+(?<name>\w+)/,
    /^\s*(?:(?:public|private|protected|static|abstract|final)\s+)*function\s+&?(?<name>\w+)/,
    /^\s*(?:(?:public|private|protected|final)\s+)*(?<keyword>const)\s+(?<name>\w+)\s*=/,
  ],
  comment: /^\s*(?:\/\/|\/\*|\*|#(?!\[))/,
  isExported: (_, line) => !/\bprivate\b/.test(line),
};

const shell: LineFamily = {
  patterns: [/^\s*(?:function\s+)(?<name>[\w:.-]+)/, /^\s*(?<name>[\w:.-]+)\s*\(\)\s*(?:\{|$)/],
  comment: hashComment,
  isExported: () => true,
};

/** Families by the name of the language; a language without one gets no outline. */
export const lineFamilies: Readonly<Record<string, LineFamily>> = {
  python,
  typescript: ecmascript,
  javascript: ecmascript,
  go,
  rust,
  c,
  cpp: c,
  java: jvm,
  kotlin: jvm,
  scala: jvm,
  csharp: jvm,
  ruby,
  php,
  bash: shell,
  shell,
};
