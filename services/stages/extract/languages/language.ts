/**
 * The interface of every language: how to read a file (in a child process) and how to resolve its
 * imports (pure). Facts about a language that other modules need too are in its row of
 * schemas/languages. Resolution starts at declared roots and never matches a path by its end.
 */
import type { ParsedLanguageName } from '../../../../schemas/languages/languages.ts';
import type { Binding, ImportFact, ParsedFile, ReadFacts } from '../facts/facts.ts';
import type { SyntaxNode } from '../syntax/syntax-node.ts';
import type { OxcResult } from './ecmascript/tree.ts';

/** The part of a file that is in the language, such as the code cells of a notebook. */
export interface Excerpt {
  readonly text: string;
  /** The line in the file of each line of the excerpt, from 1. */
  readonly lines: readonly number[];
}

export interface TreeSitterParsing {
  readonly parser: 'tree-sitter';
  /** Package that exports the grammar. */
  readonly grammar: string;
  readonly read: (root: SyntaxNode, text: string, path: string) => ReadFacts;
  /** Returns the part of a file that is in the language, or as a string the reason why none is. */
  readonly excerpt?: (text: string) => Excerpt | string;
  /** Rewrites text that the grammar would see as loose tokens, keeping the length; tried first. */
  readonly prepare?: (text: string) => string;
  /** Blanks text that the grammar cannot parse, keeping the length; tried after errors. */
  readonly repair?: (text: string) => string;
}

/** Syntax variants of JavaScript and TypeScript. Babel parses Flow's types, oxc the rest. */
export type Dialect = 'ts' | 'tsx' | 'dts' | 'jsx' | 'flow';

export interface OxcParsing {
  readonly parser: 'oxc';
  /** Dialects to try in turn until one parses without an error. */
  readonly dialects: (path: string) => readonly Dialect[];
  /** Blanks what is not in the language, keeping the length and the lines. */
  readonly excerpt?: (text: string) => string;
  readonly read: (result: OxcResult, text: string) => ReadFacts;
}

/** A dependency on a file of the repository. */
export interface Link {
  readonly to: string;
  readonly kind: ImportFact['kind'] | 'same-package';
  readonly bindings: readonly Binding[];
  readonly star: boolean;
  readonly softness: number;
  readonly confidence: number;
}

export interface Resolution {
  readonly links: Link[];
  readonly externals: string[];
  readonly unresolved: { readonly specifier: string; readonly reason: string }[];
}

/** The repository as resolvers see it. */
export interface Project {
  readonly files: ReadonlyMap<string, ParsedFile>;
  /** Every folder that holds a file, at any depth; '' is the root. */
  readonly folders: ReadonlySet<string>;
}

export type Resolver = (file: ParsedFile) => Resolution;

export interface Language {
  /** Name of its row in the table of languages; the row states the names of its files. */
  readonly name: ParsedLanguageName;
  readonly parsing: TreeSitterParsing | OxcParsing;
  /** Whether a file may declare roots for this language. */
  readonly isManifest: (path: string) => boolean;
  /** Prepares resolution for a repository. Languages that import each other share one function. */
  readonly openResolver: (project: Project) => Resolver;
}

export function emptyResolution(): Resolution {
  return { links: [], externals: [], unresolved: [] };
}

/** A link with the facts of its import, except for `changes`. */
export function linkOf(fact: ImportFact, to: string, changes: Partial<Link> = {}): Link {
  return {
    to,
    kind: fact.kind,
    bindings: fact.bindings,
    star: fact.star,
    softness: fact.softness,
    confidence: 1,
    ...changes,
  };
}

/** Where an import leads: to a file, out of the repository, or nowhere. */
export type Destination =
  | Pick<Link, 'to' | 'confidence'>
  | { readonly external: string }
  | { readonly missing: string };

export function addDestination(
  resolution: Resolution,
  fact: ImportFact,
  destination: Destination,
): void {
  if ('to' in destination) {
    const { to, confidence } = destination;
    resolution.links.push(linkOf(fact, to, { confidence }));
  } else if ('external' in destination) resolution.externals.push(destination.external);
  else resolution.unresolved.push({ specifier: fact.specifier, reason: destination.missing });
}
