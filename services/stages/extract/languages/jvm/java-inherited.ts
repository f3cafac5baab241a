/**
 * Nested types that a Java class inherits: `Entry` in a class that implements `Map` is `Map.Entry`.
 * Supertypes are read from the signatures of the repository's own types. Pure.
 */
import type { Definition, ParsedFile } from '../../facts/facts.ts';

export interface JavaType {
  readonly full: string;
  readonly file: ParsedFile;
  readonly definition: Definition;
}

/** A hierarchy with more types than this above a class is not searched to its end. */
const typesMax = 256;

/** Full name of the type that a file's types inherit under a name; null when there is none. */
export type Inherited = (file: ParsedFile, name: string) => string | null;

export function openInherited(types: ReadonlyMap<string, readonly JavaType[]>): Inherited {
  const byFile = Map.groupBy([...types.values()].flat(), ({ file }) => file.path);
  const parents = new Map<JavaType, readonly JavaType[]>();
  const above = new Map<string, readonly JavaType[]>();

  const parentsOf = (type: JavaType): readonly JavaType[] => {
    const known = parents.get(type);
    if (known !== undefined) return known;
    const found = supertypes(type.definition.signature).flatMap((name) => {
      const full = fullNames(type.file, name).find((candidate) => types.has(candidate));
      // Where two modules declare the type, either would be a guess.
      const all = full === undefined ? [] : (types.get(full) ?? []);
      return all.length === 1 ? all : [];
    });
    parents.set(type, found);
    return found;
  };

  /** Returns all supertypes of a file's types that other files declare, the nearest first. */
  const aboveFile = (path: string): readonly JavaType[] => {
    const known = above.get(path);
    if (known !== undefined) return known;
    const seen = new Set(byFile.get(path) ?? []);
    for (const type of seen) {
      if (seen.size > typesMax) break;
      for (const parent of parentsOf(type)) seen.add(parent);
    }
    const found = [...seen].filter(({ file }) => file.path !== path);
    above.set(path, found);
    return found;
  };

  return (file, name) => {
    const holder = aboveFile(file.path).find(({ full }) => types.has(`${full}.${name}`));
    return holder === undefined ? null : `${holder.full}.${name}`;
  };
}

/** Returns the names after `extends` and `implements`, without type arguments. */
export function supertypes(signature: string): string[] {
  let text = signature;
  for (let before = ''; before !== text; ) {
    before = text;
    text = text.replaceAll(/<[^<>]*>/g, ' ');
  }
  return [
    ...text.matchAll(/\b(?:extends|implements)\s+([\w$.,\s]+?)(?=\s+(?:implements|permits)\b|$)/g),
  ]
    .flatMap(([, list = '']) => list.split(','))
    .map((name) => name.replaceAll(/\s+/g, ''))
    .filter((name) => name !== '');
}

/** Returns the full names that a type's name may mean in a file, in Java's order of lookup. */
function fullNames({ facts: { imports, scope } }: ParsedFile, name: string): string[] {
  const [first = '', ...rest] = name.split('.');
  const own = scope === null || scope === '' ? '' : `${scope}.`;
  const imported = imports.filter(
    ({ specifier, star }) => !star && specifier.endsWith(`.${first}`),
  );
  const stars = imports.filter(({ star }) => star);
  return [
    ...imported.map(({ specifier }) => [specifier, ...rest].join('.')),
    `${own}${name}`,
    ...stars.map(({ specifier }) => `${specifier}.${name}`),
    name,
  ];
}
