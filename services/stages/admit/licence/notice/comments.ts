/**
 * Finds the comments of a file in any language, to search them for licence notices. Strings do not
 * count, because code that handles such notices holds them in strings. So the search ends where a
 * string of several lines may begin.
 */

/** Consecutive comment lines without code between them. */
export interface CommentBlock {
  /** The lines without comment marks; an empty line is `''`. */
  readonly lines: readonly string[];
  /** Offset of the block's beginning in the file, in characters. */
  readonly offset: number;
}

/** Marks that open and close a comment of several lines. */
const blocks: readonly (readonly [open: RegExp, close: RegExp])[] = [
  [/^\/[*+]+!?/, /[*+]+\//],
  [/^<!--+/, /--+>/],
  [/^<%(?:--|#)/, /(?:--)?%>/],
  [/^\(\*+/, /\*+\)/],
  [/^\{-+/, /-+\}/],
  [/^\{[#*]+/, /[#*]+\}/],
  [/^<#+/, /#+>/],
  [/^--\[=*\[/, /\]=*\]/],
  [/^#\[=*\[/, /\]=*\]/],
  [/^=(?:begin|pod|head\d)\b/, /^=(?:end|cut)\b/],
  // In templates: JSX, Handlebars, and the languages that know Liquid's block.
  [/^\{\/\*+/, /\*+\/\s*\}/],
  [/^\{\{~?!(?:--)?/, /(?:--)?~?\}\}/],
  [/^\{%-?\s*comment\b[^%]*%\}/, /\{%-?\s*endcomment\b/],
];

/** Returns a pattern of all openings. It has no flags, so they must have none. */
function joined(pairs: readonly (readonly [open: RegExp, close: RegExp])[]): RegExp {
  return new RegExp(pairs.map(([open]) => open.source).join('|'));
}

const anyBlock = joined(blocks);

/** Further marks, for languages in which they can only mean a comment. */
const blocksOf: readonly (readonly [name: RegExp, open: RegExp, close: RegExp])[] = [
  [/\.(?:pas|pp|dpr|lpr|inc)$/i, /^\{/, /\}/],
  [/\.(?:lisp|cl|scm|ss|rkt|el)$/i, /^#\|+/, /\|+#/],
  [/\.jl$/i, /^#=/, /=#/],
  [/\.nim$/i, /^#\[+/, /\]+#/],
  [/\.(?:coffee|litcoffee)$/i, /^###/, /###/],
  [/\.m$/i, /^%\{$/, /^%\}/],
  [/\.(?:adoc|asciidoc)$/i, /^\/{4,}$/, /^\/{4,}/],
  [/\.st$/i, /^"(?!")/, /"/],
  [/\.(?:svg|xml|html?|xhtml|vue)$/i, /^<(?:svg|html|\?xml)\b[^<>]{0,400}>\s*<!--+/, /--+>/],
];

const docstring = /^[bru]{0,2}("""|''')/i;
const lineMark = new RegExp(
  [
    String.raw`^(?:\/\/+[/!]?|#+(?!\s*(?:include|define|undef|if|ifdef|ifndef|elif|else|endif|`,
    String.raw`error|pragma|import)\b)|;+|--+|%+|!+|\*+(?!\/)|::+|@?rem\b|dnl\b|\.?\\"|`,
    String.raw`@c(?:omment)?\b|NB\.)[!*:]*(?=\s|$|[^\s\w"'\x60]|[A-Za-z©])`,
  ].join(''),
  'i',
);
const lineMarksOf: readonly (readonly [name: RegExp, mark: RegExp])[] = [
  [/\.vim$|(?:^|\/)\.?g?vimrc$/i, /^"+/],
  [/\.(?:vb|bas|cls|frm|vbs)$/i, /^'+/],
  [/\.(?:f|for|ftn|f77)$/i, /^[Cc*](?=\s|$)/],
  [/\.(?:rst|rest)$/i, /^\.\.(?=\s|$)/],
  [/\.(?:md|markdown|mdx)$/i, /^\[(?:\/\/|comment|_)\]:\s*(?:#|<>)\s*["'(]/i],
  [/\.(?:apl[a-z]?|dyalog)$/i, /^⍝+/],
  [/\.(?:fs|fth|4th|forth)$/i, /^\\(?=\s)/],
  [/\.bas$/i, /^\d{1,5}\s+rem\b/i],
];

/** Where a comment goes on for as long as its lines are indented. */
const indentedBlock: readonly (readonly [name: RegExp, open: RegExp])[] = [
  [/\.(?:rst|rest)$/i, /^\.\.(?:\s|$)(?!\s*(?:\w+::|_|\[|\|))/],
  [/\.(?:pug|jade|haml|slim)$/i, /^(?:\/\/-?|-#|\/!?)(?:\s|$)/],
];

/** Before a docstring that a file has behind its imports. */
const importing = /^(?:import|from) [\w.]+/;

/** An SPDX line behind code; an odd number of quotes before it would make it part of a string. */
const spdxBehindCode = new RegExp(
  [
    '^(?:[^"\'`]|"[^"]*"|\'[^\']*\'|`[^`]*`){0,400}?',
    String.raw`\s(?:\/\/|\/\*|#|--|;|%|<!--)\s*(SPDX-License-Identifier:.*?)\s*(?:\*\/|-->)?$`,
  ].join(''),
);

/** A tag that may precede the first comment of a page or script. */
const opening = /^(?:<\?(?:php|=)?|<%@?|<script\b[^>]*>|<style\b[^>]*>)\s*(?=\/|#|<)/i;

export function commentsOf(path: string, text: string): readonly CommentBlock[] {
  const scanner = new Scanner(path);
  for (const [line, offset] of linesOf(text)) if (!scanner.read(line, offset)) break;
  return scanner.finish();
}

function* linesOf(text: string): Generator<readonly [line: string, offset: number]> {
  const ends = /\r\n?|\n/g;
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
    yield [text.slice(start, end.index), start];
    start = ends.lastIndex;
  }
  yield [text.slice(start), start];
}

/** Reads one file line by line; each file needs a new scanner. */
class Scanner {
  readonly #blocks: (readonly [open: RegExp, close: RegExp])[];
  /** Any of these openings: most lines begin with none. */
  readonly #anyBlock: RegExp;
  readonly #marks: readonly RegExp[];
  readonly #found: { lines: string[]; offset: number }[] = [];
  #current: { lines: string[]; offset: number } | null = null;
  #close: RegExp | null = null;
  #code = false;
  /** Opens a block that its indentation ends; null in languages without such. */
  readonly #indenting: RegExp | null;
  #isIndented = false;

  constructor(path: string) {
    const own = blocksOf.filter(([name]) => name.test(path));
    this.#blocks = [...own.map(([, open, close]) => [open, close] as const), ...blocks];
    this.#anyBlock = own.length === 0 ? anyBlock : joined(this.#blocks);
    this.#indenting = indentedBlock.find(([name]) => name.test(path))?.[1] ?? null;
    const marks = lineMarksOf.filter(([name]) => name.test(path)).map(([, mark]) => mark);
    this.#marks = [...marks, lineMark];
  }

  /** Reads a line; returns false if reading must stop, because a long string may begin there. */
  read(raw: string, offset: number): boolean {
    const line = raw.trim();
    if (this.#close !== null) this.#inside(line, offset);
    else if (this.#isIndented && line !== '' && /^\s/.test(raw)) this.#add(line, offset, true);
    else if (line === '') this.#add('', offset, false);
    else return this.#outside(this.#code ? line : line.replace(opening, ''), offset);
    return true;
  }

  finish(): readonly CommentBlock[] {
    return this.#found;
  }

  #inside(line: string, offset: number): void {
    const end = this.#close?.exec(line) ?? null;
    const body = end === null ? line : line.slice(0, end.index);
    if (end !== null) this.#close = null;
    const bare = body.replace(/^(?:\/\/+|[*#;%!|~+-]+)(?=\s|$)/, '');
    this.#add(withoutFrame(bare), offset, true);
  }

  #outside(line: string, offset: number): boolean {
    this.#isIndented = this.#indenting?.test(line) ?? false;
    if (!this.#code && docstring.test(line)) {
      const quote = docstring.exec(line)?.[1] ?? '';
      return this.#begin(line, docstring, new RegExp(quote), offset);
    }
    if (this.#anyBlock.test(line)) {
      const [open, close] = this.#blocks.find(([first]) => first.test(line)) ?? [];
      if (open !== undefined && close !== undefined) return this.#begin(line, open, close, offset);
    }
    const mark = this.#marks.find((candidate) => candidate.test(line));
    if (mark !== undefined) {
      this.#add(withoutFrame(line.replace(mark, '')), offset, true);
      return true;
    }
    this.#current = null;
    const tag = line.includes('SPDX-') ? spdxBehindCode.exec(line)?.[1] : undefined;
    if (tag !== undefined) this.#found.push({ lines: [tag], offset });
    this.#code ||= !importing.test(line);
    return !mayOpenString(line);
  }

  #begin(line: string, open: RegExp, close: RegExp, offset: number): boolean {
    const body = line.replace(open, '');
    const end = close.exec(body);
    this.#add(end === null ? body : body.slice(0, end.index), offset, true);
    if (end === null) this.#close = close;
    // The text after a docstring counts as code, so that no later string is taken for a docstring.
    if (open === docstring) this.#code = true;
    return true;
  }

  #add(body: string, offset: number, comment: boolean): void {
    if (this.#current === null) {
      if (!comment) return;
      this.#current = { lines: [], offset };
      this.#found.push(this.#current);
    }
    this.#current.lines.push(body.trim());
  }
}

/** Whether a template, a triple-quoted string or a here-document may begin on this line of code. */
function mayOpenString(line: string): boolean {
  const ticks = line.split('`').length - 1;
  return ticks % 2 === 1 || /"""|'''|<<[-~<]?\s*["']?[A-Z_]{2,}/.test(line);
}

/** Returns the line without the closing signs of a decorative frame around the text. */
function withoutFrame(line: string): string {
  let end = line.length;
  while (end > 0 && ' \t*/#;%!-'.includes(line.charAt(end - 1))) end -= 1;
  return line.length - end > 1 ? line.slice(0, end) : line;
}
