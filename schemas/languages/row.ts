/**
 * What a row of the table of languages says: facts that hold wherever a language is met. How its
 * files are read is no such fact; that is the business of services/stages/extract/languages.
 */

/** What a file in the language is to its project. */
export type LanguageKind =
  /** Programs are written in it. */
  | 'code'
  /** Programs read it. */
  | 'data'
  /** People read it. */
  | 'prose';

export interface CommentForms {
  /** What opens a comment that ends with its line. */
  readonly line: readonly string[];
  /** What opens and what closes a comment that may run over lines. */
  readonly block: readonly (readonly [open: string, close: string])[];
  /** What begins like a comment and is none. */
  readonly except: readonly string[];
}

/** How far what a mark opens reaches, for a reader that does not parse. */
export type StringReach =
  /** To the next such mark, or to the end of the line if that comes first. */
  | 'line'
  /** To the next such mark, over lines. */
  | 'lines'
  /** To the next such mark, over lines; a backslash means itself. */
  | 'raw'
  /** Over one character, or the escape of one; a lone mark opens nothing. */
  | 'character'
  /** As `raw`; at the start of a statement it is documentation, not a value. */
  | 'docstring'
  /** As `lines`; behind `r` and hashes it is raw and ends at a mark and as many hashes. */
  | 'hashed'
  /** To the next such mark of the line, where a value may stand: a regular expression. */
  | 'pattern';

/** How a declaration says its types. */
export interface SignatureForms {
  /** Where a parameter's type stands; null where the language writes none. */
  readonly type: 'before-name' | 'after-name' | 'after-colon' | null;
  /** What stands between parameters and result; null where no mark does. */
  readonly result: '->' | ':' | null;
  /** What the types follow that a type builds on; null where none are named. */
  readonly parents: readonly string[] | '(' | ':' | '<' | null;
}

/** A file with one definition: what a reader that works finds in it. */
export interface Probe {
  readonly path: string;
  readonly text: string;
}

export interface LanguageRow {
  readonly name: string;
  /** As people write it. */
  readonly title: string;
  readonly kind: LanguageKind;
  /** With the dot, lower case. */
  readonly extensions: readonly string[];
  /** Whole names of files in it, lower case. */
  readonly fileNames: readonly string[];
  /** Programs in the first line (`#!`) of files without extension, less their version. */
  readonly interpreters: readonly string[];
  readonly comments: CommentForms;
  /** What opens a string, and how far it reaches. */
  readonly strings: Readonly<Record<string, StringReach>>;
  /** Whether people write it in short lines, so that long ones mean packed data. */
  readonly isShortLined: boolean;
}

/** A language that extract has a reader for. */
export interface ParsedLanguageRow extends LanguageRow {
  /** Words that open a definition, and the kind of what they define. */
  readonly definers: Readonly<Record<string, string>>;
  readonly signatures: SignatureForms;
  readonly probe: Probe;
}

export const noComments: CommentForms = { line: [], block: [], except: [] };
export const slashComments: CommentForms = { ...noComments, line: ['//'], block: [['/*', '*/']] };
export const hashComments: CommentForms = { ...noComments, line: ['#'] };
export const markupComments: CommentForms = { ...noComments, block: [['<!--', '-->']] };

/** An apostrophe holds one character, as in C. */
export const characterStrings = { '"': 'line', "'": 'character' } as const;
/** An apostrophe is a quotation mark like the other, as in shells. */
export const quotedStrings = { '"': 'line', "'": 'line' } as const;
