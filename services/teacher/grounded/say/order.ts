/** Why the definitions of a file stand in their order: what later ones use comes first. Pure. */
import type { DefinitionInCode, FileFacts } from '../know/definitions.ts';
import { joinNames, pick, quote, sentence } from '../wording.ts';

const reasonsMax = 2;
const usersMax = 3;

/** The definitions on which most later ones rest, each with the reason for its place. */
export function sayOrder({ definitions, structure }: FileFacts): string[] {
  const top = definitions.filter(({ symbol }) => symbol.parent === null);
  const reasons = top
    .map((definition, at) => ({
      definition,
      users: usersOf(definition, top.slice(at + 1), definitions),
    }))
    .filter(({ users }) => users.length > 0)
    .sort((a, b) => b.users.length - a.users.length)
    .slice(0, reasonsMax);
  return reasons.map(({ definition, users }) => {
    const name = quote(definition.label);
    const who = joinNames(users, usersMax);
    const one = users.length === 1;
    return sentence(
      pick(structure.path + definition.label, [
        `${name} comes before ${who}, because ${one ? 'that one uses' : 'those use'} it`,
        `${who} ${one ? 'rests' : 'rest'} on ${name}, so it stands above ${one ? 'it' : 'them'}`,
        `first ${name}, then ${who}, which ${one ? 'calls' : 'call'} for it`,
        `${name} has to be there before ${who} can be written`,
      ]),
    );
  });
}

/** Later definitions at the top whose own lines, or whose members' lines, name it. */
function usersOf(
  { symbol }: DefinitionInCode,
  later: readonly DefinitionInCode[],
  all: readonly DefinitionInCode[],
): string[] {
  if (symbol.name.length < 3) return [];
  const pattern = new RegExp(`(?<![\\w$.])${RegExp.escape(symbol.name)}(?![\\w$])`);
  const names = (definition: DefinitionInCode) =>
    definition.lines.some(({ masked }) => pattern.test(masked));
  return later
    .filter(
      (definition) =>
        definition.symbol.name !== symbol.name &&
        (names(definition) ||
          all.some((member) => member.symbol.parent === definition.symbol.name && names(member))),
    )
    .map(({ label }) => label);
}
