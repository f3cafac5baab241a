/** Who will stand on a file, and what follows for it: the reason why it comes when it does. */
import type { ThinkRequest } from '../../../ports/teacher.ts';
import { type Role, roleOf } from '../know/roles.ts';
import { joinNames, pick, quote, sentence, shortPath, shortPathAmong } from '../wording.ts';

type User = ThinkRequest['usedBy'][number];

const groupsMax = 3;
const filesMax = 4;
const namesMax = 5;

export function sayUsers({ path, usedBy }: ThinkRequest, role: Role): string[] {
  const name = quote(shortPath(path));
  const [tests, users] = [true, false].map((wanted) =>
    usedBy.filter((user) => (roleOf(user.path) === 'test') === wanted),
  ) as [User[], User[]];
  const groups = groupUsers(users);
  const told = groups
    .slice(0, groupsMax)
    .map(([names, files], at) => sayGroup(path, names, files, at));
  const untold = groups.slice(groupsMax).flatMap(([, files]) => files);
  const nameless = users.filter((user) => namesOf(user).length === 0).map((user) => user.path);
  const others = shortPaths([...untold, ...nameless]);
  if (others.length > 0) {
    const also = told.length > 0 ? 'also ' : '';
    const builds = others.length === 1 ? 'builds' : 'build';
    told.push(sentence(`${joinNames(others, filesMax)} ${also}${builds} on ${name}`));
  }
  if (tests.length > 0) told.push(sayTests(path, tests));
  if (told.length === 0 && role === 'entry') {
    told.push(`${name} is run rather than imported, so what matters is what it sets going.`);
  }
  return told;
}

function namesOf({ names }: User): string[] {
  return names.filter((name) => /^[\w$]+$/.test(name)).slice(0, namesMax);
}

/** Files that need the same names are told of together, those with most files first. */
function groupUsers(users: readonly User[]): [names: string[], files: string[]][] {
  const groups = new Map<string, [string[], string[]]>();
  for (const user of users) {
    const names = namesOf(user);
    if (names.length === 0) continue;
    const key = [...names].sort().join(' ');
    const known = groups.get(key) ?? [names, []];
    known[1].push(user.path);
    groups.set(key, known);
  }
  return [...groups.values()].sort(([, a], [, b]) => b.length - a.length);
}

/** The first group says what follows from it. */
function sayGroup(
  path: string,
  names: readonly string[],
  files: readonly string[],
  at: number,
): string {
  const who = joinNames(shortPaths(files), filesMax);
  const what = joinNames(names, namesMax);
  const several = files.length > 1;
  if (at > 0 || !several) {
    const verb = pick(files[0] ?? '', ['will import', 'relies on', 'needs', 'uses']);
    return sentence(`${who} ${several ? pluralVerb(verb) : verb} ${what}`);
  }
  const its = names.length === 1 ? 'its contract has' : 'their contracts have';
  return sentence(
    pick(path, [
      `${who} rely on ${what}, so ${its} to hold for all of them`,
      `Since ${who} are built on ${what}, a change here would reach all of them`,
      `${what} must be settled first, because ${who} need ${names.length === 1 ? 'it' : 'them'}`,
      `${who} wait for ${what}`,
    ]),
  );
}

function pluralVerb(verb: string): string {
  return { 'relies on': 'rely on', needs: 'need', uses: 'use' }[verb] ?? verb;
}

function sayTests(path: string, tests: readonly User[]): string {
  const who = joinNames(shortPaths(tests.map((test) => test.path)), 3);
  const one = tests.length === 1;
  return sentence(
    pick(path, [
      `${who} will put it to the test`,
      `What it promises is checked in ${who}`,
      `${who} ${one ? 'holds' : 'hold'} it to that`,
    ]),
  );
}

/** Two files of one name are told apart by their folders. */
function shortPaths(paths: readonly string[]): string[] {
  return paths.map((path) => shortPathAmong(path, paths));
}
