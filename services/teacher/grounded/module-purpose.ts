/** What a module of a large project is for: what it holds, who builds on it, what it builds on. */
import type { Edge, FileStructure } from '../../../schemas/generated/types.ts';
import { edgesFrom, edgesTo } from '../../ports/look-up.ts';
import type { Module, PlanRequest } from '../../ports/teacher.ts';
import { modulesByPath } from '../modules-by-path.ts';
import { isContainer, isFunction } from './know/definitions.ts';
import { isProgram, type Role, roleName, roleOf } from './know/roles.ts';
import { docClause, predicateOf } from './say/clause.ts';
import { joinNames, joinWords, quote, sentence, unique } from './wording.ts';

const offersMax = 4;
const namesMax = 3;
const modulesMax = 3;

export function purposeOfModule(module: Module, request: PlanRequest): string {
  const files = module.files.flatMap((ordinal) => request.files[ordinal] ?? []);
  const sentences = [sayWhat(files), sayOffers(files, request), sayNeeds(files, module, request)];
  return sentences.filter((one) => one !== '').join(' ');
}

/** By what most of its files are. */
function sayWhat(files: readonly FileStructure[]): string {
  const roles = Map.groupBy(files, ({ path }): Role => {
    const role = roleOf(path);
    return isProgram(role) ? 'source' : role;
  });
  const ranked = [...roles].sort(([, a], [, b]) => b.length - a.length);
  const names = unique(ranked.map(([role]) => roleName(role)));
  const [main = 'code', ...others] = names;
  if (others.length === 0) return sentence(`it holds ${plainly(main)}`);
  const beside = joinWords(others.slice(0, 3));
  return sentence(`it holds mostly ${plainly(main)}, beside it ${beside}`);
}

function plainly(role: string): string {
  return role.replace(/^(?:an?|the) /, '');
}

/** The definitions with most users, and what the first of them does. */
function sayOffers(files: readonly FileStructure[], { edges }: PlanRequest): string {
  const own = new Set(files.map(({ path }) => path));
  const symbols = files
    .flatMap((file) => {
      const users = edgesTo(edges, file.path).filter(({ from }) => !own.has(from));
      const defined = file.symbols.filter(
        (symbol) => symbol.parent === null && (isContainer(symbol) || isFunction(symbol)),
      );
      return defined.map((symbol) => ({ symbol, users: usersOf(symbol.name, users) }));
    })
    .filter(({ users }) => users > 0)
    .sort((a, b) => b.users - a.users);
  const ranked = [...new Map(symbols.map((each) => [each.symbol.name, each])).values()];
  const [first, ...others] = ranked.slice(0, offersMax);
  if (first === undefined) return 'Nothing outside builds on it.';
  const clause = docClause(first.symbol.doc, first.symbol.name);
  const told = clause === null ? '' : `, which ${predicateOf(clause)}`;
  const rest = unique(others.map(({ symbol }) => symbol.name));
  const also = rest.length === 0 ? '' : `${told === '' ? ',' : ';'} also ${joinNames(rest)}`;
  return sentence(`Other modules build on its ${quote(first.symbol.name)}${told}${also}`);
}

function usersOf(name: string, edges: readonly Edge[]): number {
  return new Set(edges.filter(({ names }) => names.includes(name)).map(({ from }) => from)).size;
}

/** The modules it takes most from, with a few of the names. */
function sayNeeds(files: readonly FileStructure[], module: Module, request: PlanRequest): string {
  const moduleOf = modulesByPath(request);
  const needs = new Map<Module, string[]>();
  for (const edge of files.flatMap(({ path }) => edgesFrom(request.edges, path))) {
    const other = request.modules[moduleOf.get(edge.to) ?? -1];
    if (other === undefined || other === module) continue;
    needs.set(other, [...(needs.get(other) ?? []), ...edge.names]);
  }
  const ranked = [...needs].sort(([, a], [, b]) => b.length - a.length).slice(0, modulesMax);
  if (ranked.length === 0) return 'It needs no other module.';
  const told = ranked.map(([{ name }, names]) => {
    const taken = mostFrequent(names).slice(0, namesMax);
    return taken.length === 0 ? `builds on ${name}` : `takes ${joinNames(taken)} from ${name}`;
  });
  return sentence(`It ${told.join('; it ')}`);
}

function mostFrequent(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name]) => name);
}
