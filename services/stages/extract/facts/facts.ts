/**
 * The facts that parsing one file yields and that resolving its imports needs: plain data, because
 * they cross a process boundary. They depend on no other file of the repository.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import type { Definition } from '../../../../schemas/generated/types.ts';

export type { Definition };

/** How readily a dependency is given up inside a cycle; the highest is given up first. */
export const softness = {
  hard: 0,
  /** Imported inside a function: needed only when the function runs. */
  deferred: 1,
  /** Re-exported: a barrel comes after the files whose names it passes on. */
  passedOn: 2,
  /** Used as a type only: not needed at run time. */
  typeOnly: 3,
  /** Rust `mod x;`: the parent declares the child. */
  declared: 4,
  /** Imported through a barrel: the file that defines the name has its own edge. */
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
  /** Which of the language's import forms it is; only the language's resolver reads this. */
  readonly style: string;
  readonly bindings: readonly Binding[];
  /** Whether it imports every name of the target. */
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

/** The facts without the error ratio, which only the parser knows. */
export type ReadFacts = Omit<Facts, 'errorRatio'>;

export interface ParsedFile {
  readonly path: string;
  readonly language: string;
  readonly parser: 'tree-sitter' | 'oxc' | 'babel' | 'none';
  readonly lines: number;
  readonly facts: Facts;
  /** Makes the definitions to show, anew at each call. */
  readonly shown: () => readonly Definition[];
  /** Text of a file that declares roots (tsconfig.json, go.mod, …); null for all others. */
  readonly manifest: string | null;
  /** Whether line patterns added to the shown definitions; `facts` has the parser's own. */
  readonly hasLines: boolean;
  /** What was lost and why; null when nothing was. */
  readonly note: string | null;
}

/** Facts with the given parts; parts that the language's resolver does not read stay empty. */
export function factsOf(given: Pick<Facts, 'symbols' | 'imports'> & Partial<ReadFacts>): ReadFacts {
  return { scope: null, uses: [], members: new Map(), aliases: new Map(), ...given };
}

export const noFacts: Facts = { ...factsOf({ symbols: [], imports: [] }), errorRatio: 0 };

/** A plain import; fields that are not given have their usual values. */
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
