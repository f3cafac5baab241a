/**
 * A row of the table of languages: facts about a language that any part of the project may use. The
 * way its files are parsed is not among them; services/stages/extract/languages holds that.
 */

/** The role that a file in the language plays in its project. */
export type LanguageKind =
  /** Programs are written in it. */
  | 'code'
  /** Programs read it. */
  | 'data'
  /** People read it. */
  | 'prose';

export interface CommentForms {
  /** Marks that open a comment up to the end of the line. */
  readonly line: readonly string[];
  /** Marks that open and close a comment that may run over lines. */
  readonly block: readonly (readonly [open: string, close: string])[];
  /** Texts that begin like a comment but are none. */
  readonly except: readonly string[];
}

/** How far a string reaches that a mark opens, for code that does not parse the language. */
export type StringReach =
  /** To the next such mark or to the end of the line, whichever comes first. */
  | 'line'
  /** To the next such mark, over lines. */
  | 'lines'
  /** To the next such mark, over lines; a backslash escapes nothing. */
  | 'raw'
  /** Over one character or one escape sequence; a lone mark opens nothing. */
  | 'character'
  /** As `raw`; at the start of a statement it is documentation, not a value. */
  | 'docstring'
  /** As `lines`; after `r` and hashes it is raw and ends at a mark with as many hashes. */
  | 'hashed'
  /** A regular expression: to the next such mark of the line, if a value may stand there. */
  | 'pattern';

/** How a declaration names its types. */
export interface SignatureForms {
  /** Where a parameter's type stands; null where the language writes none. */
  readonly type: 'before-name' | 'after-name' | 'after-colon' | null;
  /** The mark between parameters and result; null without such a mark. */
  readonly result: '->' | ':' | null;
  /** The words or mark before the parents of a type; null if declarations name no parents. */
  readonly parents: readonly string[] | '(' | ':' | '<' | null;
}

/** A file with one definition, which a working reader must find. */
export interface Probe {
  readonly path: string;
  readonly text: string;
}

export interface LanguageRow {
  readonly name: string;
  /** The name as people write it. */
  readonly title: string;
  readonly kind: LanguageKind;
  /** Endings with the dot, in lower case. */
  readonly extensions: readonly string[];
  /** Whole names of files in the language, in lower case. */
  readonly fileNames: readonly string[];
  /** Programs in the first line (`#!`) of files without extension, without their version. */
  readonly interpreters: readonly string[];
  readonly comments: CommentForms;
  /** The mark that opens a string, and how far the string reaches. */
  readonly strings: Readonly<Record<string, StringReach>>;
  /** Whether people write it in short lines, so that long lines mean packed data. */
  readonly isShortLined: boolean;
}

/** A language that extract has a reader for. */
export interface ParsedLanguageRow extends LanguageRow {
  /** Words that open a definition, and the kind of the defined symbol. */
  readonly definers: Readonly<Record<string, string>>;
  readonly signatures: SignatureForms;
  readonly probe: Probe;
}

export const noComments: CommentForms = { line: [], block: [], except: [] };
export const slashComments: CommentForms = { ...noComments, line: ['//'], block: [['/*', '*/']] };
export const hashComments: CommentForms = { ...noComments, line: ['#'] };
export const markupComments: CommentForms = { ...noComments, block: [['<!--', '-->']] };

/** Apostrophes enclose one character, as in C. */
export const characterStrings = { '"': 'line', "'": 'character' } as const;
/** Apostrophes enclose strings as quotation marks do, as in shells. */
export const quotedStrings = { '"': 'line', "'": 'line' } as const;
