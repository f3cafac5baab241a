/**
 * What parsing one file yields and what resolving its imports needs: plain data, because it crosses
 * a process boundary. Nothing here depends on any other file of the repository.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Definition } from '../../../../schemas/generated/types.ts';

export type { Definition };

/** How readily a dependency gives way inside a cycle; the highest goes first. */
export const softness = {
  hard: 0,
  /** Imported inside a function: needed only when it runs. */
  deferred: 1,
  /** Passed on to others: a barrel follows what it offers. */
  passedOn: 2,
  /** Used as a type only: nothing at run time needs it first. */
  typeOnly: 3,
  /** Rust `mod x;`: the parent declares the child. */
  declared: 4,
  /** Imported from a barrel that only passes it on: the defining file has an edge of its own. */
  throughBarrel: 5,
  /** A source that uses test code. */
  backwards: 6,
} as const;

/** One imported name. `name` is the target's (`*` is the module itself), `local` the file's own. */
export interface Binding {
  readonly name: string;
  readonly local: string;
}

export interface ImportFact {
  /** As written, without quotes. */
  readonly specifier: string;
  /** Which of the language's forms it is; only its own resolver reads this. */
  readonly style: string;
  readonly bindings: readonly Binding[];
  /** Brings in every name of the target. */
  readonly star: boolean;
  readonly softness: number;
  readonly kind: 'import' | 're-export' | 'type-only' | 'include' | 'declares';
  /** Enclosing inline module, or another detail that only the language's resolver reads. */
  readonly detail: string;
}

export interface Facts {
  readonly symbols: readonly Definition[];
  readonly imports: readonly ImportFact[];
  /** Package that the file says it belongs to. */
  readonly scope: string | null;
  /** Names used but not bound in the file, sorted; only where the language's resolver asks. */
  readonly uses: readonly string[];
  /** Local name of a module to the names used through it, e.g. `os` to `path`. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Exported name to the file's own name for it, where they differ, e.g. `default`. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Share of the text inside parse errors, 0 to 1. */
  readonly errorRatio: number;
}

/** What reading alone finds; how much of the text was in errors the parser knows. */
export type ReadFacts = Omit<Facts, 'errorRatio'>;

export interface ParsedFile {
  readonly path: string;
  readonly language: string;
  readonly parser: 'tree-sitter' | 'oxc' | 'none';
  readonly lines: number;
  readonly facts: Facts;
  /** Definitions to show; nothing keeps the objects that it gives. */
  readonly shown: () => readonly Definition[];
  /** Text of a file that declares roots (tsconfig.json, go.mod, …); null for all others. */
  readonly manifest: string | null;
  /** Whether lines had to help with what is shown; `facts` has what the parser found. */
  readonly hasLines: boolean;
  /** What was lost and why; null when nothing was. */
  readonly note: string | null;
}

/** Facts of a language whose resolver asks for no more than what is given. */
export function factsOf(given: Pick<Facts, 'symbols' | 'imports'> & Partial<ReadFacts>): ReadFacts {
  return { scope: null, uses: [], members: new Map(), aliases: new Map(), ...given };
}

export const noFacts: Facts = { ...factsOf({ symbols: [], imports: [] }), errorRatio: 0 };

/** A plain import with everything else at its usual value. */
export function importFact(
  given: Pick<ImportFact, 'specifier' | 'style'> & Partial<ImportFact>,
): ImportFact {
  return {
    bindings: [],
    star: false,
    softness: softness.hard,
    kind: 'import',
    detail: '',
    ...given,
  };
}

/** Adds to a map of sets. */
export function addTo<Key, Value>(map: Map<Key, Set<Value>>, key: Key, value: Value): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}

/** Appends to a map of lists. */
export function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function sortedMap(map: ReadonlyMap<string, ReadonlySet<string>>): Map<string, string[]> {
  const keys = [...map.keys()].sort(compareText);
  return new Map(keys.map((key) => [key, [...(map.get(key) ?? [])].sort(compareText)]));
}

/** A limit or a failure that cost part of a file's structure. */
export interface Shortfall {
  readonly path: string;
  readonly reason: string;
}
