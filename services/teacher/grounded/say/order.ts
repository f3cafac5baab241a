/** Why the definitions of a file stand in their order: what later ones use comes first. Pure. */
import type { DefinitionInCode, FileFacts } from '../know/definitions.ts';
import type { CodeLine } from '../see/scan.ts';
import { joinNames, pick, sentence } from '../wording.ts';

const reasonsMax = 2;
const usersMax = 3;
const namesMax = 4;

/** The definitions on which most later ones rest, each with the reason for its place. */
export function sayOrder({ definitions, structure }: FileFacts): string[] {
  // What serves the same definitions is told of together.
  const groups = Map.groupBy(findUsers(definitions), ([, labels]) => labels.join('\n'));
  const reasons = [...groups.values()].sort((a, b) => usersOf(b) - usersOf(a)).slice(0, reasonsMax);
  return reasons.map((group) => {
    const names = group.map(([{ label }]) => label);
    return sentence(sayReason(structure.path, names, group[0]?.[1] ?? []));
  });
}

function usersOf([first]: readonly (readonly [DefinitionInCode, readonly string[]])[]): number {
  return first?.[1].length ?? 0;
}

function sayReason(path: string, names: readonly string[], labels: readonly string[]): string {
  const [what, who] = [joinNames(names, namesMax), joinNames(labels, usersMax)];
  const one = labels.length === 1;
  const it = names.length === 1 ? 'it' : 'them';
  const verb = (singular: string, plural: string) => (names.length === 1 ? singular : plural);
  return pick(path + names[0], [
    `${what} ${verb('comes', 'come')} before ${who}, because ${one ? 'that one uses' : 'those use'} ${it}`,
    `${who} ${one ? 'rests' : 'rest'} on ${what}, so ${verb('it stands', 'they stand')} above`,
    `first ${what}, then ${who}, which ${one ? 'calls' : 'call'} for ${it}`,
    `${what} ${verb('has', 'have')} to be there before ${who} can be written`,
  ]);
}

/**
 * Of each definition at the top, the labels of the later ones there that name it, in their own
 * lines or in those of their members. Lines are read once, not once for every definition before.
 */
function findUsers(
  definitions: readonly DefinitionInCode[],
): (readonly [DefinitionInCode, readonly string[]])[] {
  const byParent = Map.groupBy(definitions, ({ symbol }) => symbol.parent);
  const top = byParent.get(null) ?? [];
  const users = new Map<DefinitionInCode, string[]>(top.map((each) => [each, []]));
  const earlier: Names = { plain: new Map(), odd: new Map() };
  for (const definition of top) {
    const { symbol, label } = definition;
    const lines = [definition, ...(byParent.get(symbol.name) ?? [])].flatMap((each) => each.lines);
    for (const owners of namedIn(lines, earlier)) {
      if (owners[0]?.symbol.name === symbol.name) continue;
      for (const owner of owners) users.get(owner)?.push(label);
    }
    if (symbol.name.length >= 3) addName(earlier, definition);
  }
  return [...users].filter(([, labels]) => labels.length > 0);
}

/** Definitions by their names; an odd one has other characters than `plainName` finds. */
interface Names {
  readonly plain: Map<string, DefinitionInCode[]>;
  readonly odd: Map<string, DefinitionInCode[]>;
}

/** A name as it stands in code, other than as a member. */
const plainName = /(?<![\w$.])[\w$]+/g;

function addName({ plain, odd }: Names, definition: DefinitionInCode): void {
  const { name } = definition.symbol;
  const names = /^[\w$]+$/.test(name) ? plain : odd;
  const owners = names.get(name) ?? [];
  owners.push(definition);
  names.set(name, owners);
}

/** For each name that stands in the lines, the definitions that it may mean. */
function namedIn(lines: readonly CodeLine[], { plain, odd }: Names): Set<DefinitionInCode[]> {
  const found = new Set<DefinitionInCode[]>();
  for (const { masked } of lines) {
    for (const [name] of masked.matchAll(plainName)) {
      const owners = plain.get(name);
      if (owners !== undefined) found.add(owners);
    }
    for (const [name, owners] of odd) {
      if (masked.includes(name) && wholeName(name).test(masked)) found.add(owners);
    }
  }
  return found;
}

function wholeName(name: string): RegExp {
  return new RegExp(`(?<![\\w$.])${RegExp.escape(name)}(?![\\w$])`);
}
