/** Names of new parts: which names are allowed, and how they are written in code. */
import { PipelineError } from '../../services/runtime/errors.ts';

const lettersMax = 40;
const kebabCase = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** Words that say nothing about a thing; test/tidy/names.test.ts refuses them too. */
const emptyNames = /^(?:utils?|helpers?|commons?|constants?|managers?|misc|stuff|index)$/;

/** Reserved words of JavaScript, which cannot name a constant. */
const reservedWords = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum ' +
    'eval export extends false finally for function if implements import in instanceof interface ' +
    'let new null package private protected public return static super switch this throw true ' +
    'try typeof undefined var void while with yield'
  ).split(' '),
);

/** Throws USAGE for a name that no folder, knob or constant could have. */
export function requireName(name: string): void {
  const problem = problemWith(name);
  if (problem !== null) throw new PipelineError('USAGE', `${JSON.stringify(name)} ${problem}`);
}

function problemWith(name: string): string | null {
  if (!kebabCase.test(name)) return 'is no name in kebab-case, such as opt-out';
  if (name.length > lettersMax) return `is longer than ${lettersMax} letters`;
  if (name.split('-').some((word) => emptyNames.test(word))) return 'says nothing about its thing';
  return reservedWords.has(name) ? 'is a word of JavaScript' : null;
}

/** `opt-out` is `optOut` as a constant or a knob. */
export function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `repo-found` is `RepoFound` as a type or a record. */
export function pascalCase(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

/** Throws USAGE if the name is taken. */
export function requireNew(kind: string, name: string, taken: readonly string[]): void {
  if (!taken.includes(name)) return;
  throw new PipelineError('USAGE', `there is already the ${kind} ${name}: ${taken.join(', ')}`);
}
