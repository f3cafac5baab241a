/**
 * True remarks about the definitions of a program file, each one sentence that stands alone:
 * a subject and a predicate. Thoughts and rewrites choose among them; none is invented for effect.
 */
import {
  type DefinitionInCode,
  type FileFacts,
  isContainer,
  isFunction,
} from '../know/definitions.ts';
import { readParameters, readParents, readResult } from '../know/signature.ts';
import { titlesIn } from '../know/test-facts.ts';
import {
  constantValues,
  recurringNames,
  shortTexts,
  storedAttributes,
} from '../know/vocabulary.ts';
import { oneOf } from '../patterns.ts';
import { readEvents } from '../see/events.ts';
import { count, joinNames, joinWords, pick, quote, sentence, unique } from '../wording.ts';
import { docClause, predicateOf } from './clause.ts';
import { isSpecial, readContracts } from './contracts.ts';
import { joinSame } from './same.ts';
import { sayFlow, sayGuards } from './say-events.ts';

export type NoteKind =
  | 'shape'
  | 'guards'
  | 'flow'
  | 'state'
  | 'values'
  | 'texts'
  | 'imports'
  | 'layout'
  | 'names';

export interface Note {
  readonly kind: NoteKind;
  /** Line of the definition, for the order. */
  readonly line: number;
  readonly subject: string;
  readonly predicate: string;
}

const guardsMax = 4;
const flowMax = 9;
/** Most recurring names that notes list; more would be a word list rather than a thought. */
const namesMax = 16;
const namesPerNote = 8;

/** What was said of a function of the file already. */
interface Told {
  /** Lists of parameters, each with the function that had it first. */
  readonly parameters: Map<string, string>;
  /** Of the course of functions: tests and their like begin alike, which is said of the first. */
  readonly clauses: Set<string>;
}

/** Every note about a file, in source order within its kind. */
export function readNotes(facts: FileFacts): Note[] {
  const notes: (Note | null)[] = [];
  const told: Told = { parameters: new Map(), clauses: new Set() };
  for (const definition of facts.definitions) {
    if (isContainer(definition.symbol)) notes.push(...containerNotes(definition, facts));
    else if (isFunction(definition.symbol)) notes.push(...functionNotes(definition, facts, told));
    else if (definition.symbol.kind === 'type') notes.push(documentedNote(definition));
  }
  notes.push(...fileNotes(facts));
  return joinSame(notes.filter((note) => note !== null));
}

function note(kind: NoteKind, definition: DefinitionInCode, predicate: string): Note | null {
  if (predicate === '') return null;
  return { kind, line: definition.symbol.startLine, subject: quote(definition.label), predicate };
}

function documentedNote(definition: DefinitionInCode): Note | null {
  const clause = docClause(definition.symbol.doc, definition.symbol.name);
  return clause === null ? null : note('shape', definition, predicateOf(clause));
}

function containerNotes(definition: DefinitionInCode, facts: FileFacts): (Note | null)[] {
  const { symbol } = definition;
  const members = facts.definitions.filter((other) => other.symbol.parent === symbol.name);
  const methods = members
    .filter((member) => isFunction(member.symbol))
    .map((member) => member.symbol.name);
  const fields = members
    .filter((member) => !isFunction(member.symbol))
    .map((member) => member.symbol.name);
  const { promises, others } = readContracts(unique(methods));
  const parents = readParents(symbol.signature, facts.structure.language);
  const clause = docClause(symbol.doc, symbol.name);
  const parts = [
    parents.length > 0 ? `builds on ${joinNames(parents, 4)}` : '',
    clause === null ? '' : predicateOf(clause),
    fields.length > 0
      ? `has the ${symbol.kind === 'enum' ? 'member' : 'field'}${fields.length === 1 ? '' : 's'} ${joinNames(fields, 7)}`
      : '',
    others.length > 0
      ? `${fields.length > 0 ? '' : 'has '}the method${others.length === 1 ? '' : 's'} ${joinNames(others, 8)}`
      : '',
    ...promises,
  ].filter((part) => part !== '');
  const kind =
    symbol.kind === 'module'
      ? ''
      : `, ${/^[aeiou]/.test(symbol.kind) ? 'an' : 'a'} ${symbol.kind},`;
  const shape = parts.length === 0 ? '' : `${kind} ${joinWords(parts)}`.trimStart();
  const stored = storedAttributes(members.flatMap((member) => member.events));
  const unstated = stored.filter((name) => !fields.includes(name));
  return [
    shape === '' ? null : note('shape', definition, shape),
    unstated.length === 0
      ? null
      : note('state', definition, `keeps ${joinNames(unstated, 9)} on the instance`),
  ];
}

function functionNotes(
  definition: DefinitionInCode,
  facts: FileFacts,
  told: Told,
): (Note | null)[] {
  const { symbol, events } = definition;
  const guards = sayGuards(events, guardsMax);
  const flow = sayFlow(events, flowMax).filter(
    (phrase) => !guards.includes(phrase) && !told.clauses.has(phrase),
  );
  for (const phrase of flow) told.clauses.add(phrase);
  const texts = shortTexts(definition.lines);
  const order = pick(symbol.signature, ['goes like this', 'runs in this order', 'works in steps']);
  return [
    note('shape', definition, sayShape(definition, facts.structure.language, told.parameters)),
    note('guards', definition, guards.join('; ')),
    flow.length < 2 ? null : note('flow', definition, `${order}: ${flow.join('; ')}`),
    texts.length < 2
      ? null
      : note(
          'texts',
          definition,
          `handles the texts ${joinWords(
            texts.map((text) => `“${text}”`),
            6,
          )}`,
        ),
  ];
}

/** Decorators that say nothing about what a function does. */
const plainDecorators = oneOf(
  /^(?:inline|Override|test|Test|cfg|allow|SuppressWarnings)$/,
  /^(?:(?:t\.|typing\.)?overload|must_use|doc|deprecated|Deprecated|derive.*)$/,
);

/** A longer list is said once; whoever takes the same takes what the first one took. */
const repeatedParametersMax = 2;

function sayParameters(
  parameters: readonly string[],
  label: string,
  told: Map<string, string>,
): string {
  if (parameters.length === 0) return '';
  const list = parameters.join();
  const first = told.get(list);
  if (first !== undefined && parameters.length > repeatedParametersMax)
    return `takes what ${quote(first)} takes`;
  if (first === undefined) told.set(list, label);
  return `${pick(list, ['takes', 'expects', 'is given'])} ${joinWords(parameters, 6)}`;
}

function sayShape(
  definition: DefinitionInCode,
  language: string,
  told: Map<string, string>,
): string {
  const { symbol, traits } = definition;
  const decorators = definition.decorators.filter((name) => !plainDecorators.test(name));
  const parameters = readParameters(symbol.signature, symbol.name, language).map(
    ({ name, fallback }) =>
      fallback === null || fallback.length > 16
        ? quote(name)
        : `${quote(name)} (default ${quote(fallback)})`,
  );
  const result = readResult(symbol.signature, language);
  const clause = docClause(symbol.doc, symbol.name);
  const parts = [
    sayParameters(parameters, definition.label, told),
    clause === null ? '' : predicateOf(clause, 'function'),
    // Everybody knows that `__repr__` gives a text.
    result === null || isSpecial(symbol.name) || (clause?.startsWith('returns') ?? false)
      ? ''
      : `gives back ${quote(result)}`,
    traits.includes('generator') ? 'yields its results one by one' : '',
    traits.includes('recursive') ? 'calls itself' : '',
    decorators.length > 0
      ? `is marked ${joinNames(
          decorators.map((name) => `@${name}`),
          3,
        )}`
      : '',
  ].filter((part) => part !== '');
  // That a method which everybody knows takes what it always takes says nothing.
  const onlyTakes = parts.length === 1 && parameters.length > 0;
  if (parts.length === 0 || (onlyTakes && isSpecial(symbol.name) && symbol.name !== '__init__'))
    return '';
  const asynchronous = traits.includes('async') ? ', which is asynchronous, ' : ' ';
  return `${asynchronous}${joinWords(parts)}`.trimStart();
}

function fileNotes(facts: FileFacts): (Note | null)[] {
  const whole = (kind: NoteKind, line: number, subject: string, predicate: string): Note => ({
    kind,
    line,
    subject,
    predicate,
  });
  const last = facts.structure.lines + 1;
  const functions = facts.definitions.filter((definition) => isFunction(definition.symbol));
  const longest = [...functions]
    .sort((a, b) => lengthOf(b) - lengthOf(a) || a.symbol.startLine - b.symbol.startLine)
    .filter((definition) => lengthOf(definition) >= 12)
    .slice(0, 3);
  const values = constantValues(facts);
  const course = sayFlow(readEvents(facts.loose), flowMax);
  const recurring = recurringNames(facts);
  const imports = importOrder(facts);
  return [
    ...chunks(values, 4).map((chunk) =>
      whole(
        'values',
        chunk[0]?.line ?? 1,
        '',
        joinWords(
          chunk.map((value) => value.text),
          4,
        ),
      ),
    ),
    ...chunks(recurring, namesPerNote)
      .filter((chunk) => chunk.length > 1)
      .slice(0, namesMax / namesPerNote)
      .map((chunk, index) =>
        whole(
          'names',
          last + index,
          index === 0 ? 'names that recur' : 'further names',
          `are ${joinNames(chunk, 8)}`,
        ),
      ),
    // Cases of a test may lie in functions without a name, which are no top level.
    course.length < 2 || functions.length > 3 || titlesIn(facts).length > 0
      ? null
      : whole('flow', 1, 'the top level', `runs like this: ${course.join('; ')}`),
    imports.length < 2
      ? null
      : whole('imports', 0, 'imports', `come in this order: ${joinNames(imports, 9)}`),
    longest.length < 2
      ? null
      : whole(
          'layout',
          last,
          'the longest parts',
          `are ${joinWords(longest.map((one) => `${quote(one.label)} (${count(lengthOf(one), 'line')})`))}`,
        ),
  ];
}

function lengthOf(definition: DefinitionInCode): number {
  return definition.symbol.endLine - definition.symbol.startLine + 1;
}

function chunks<Value>(values: readonly Value[], size: number): Value[][] {
  const groups: Value[][] = [];
  for (let start = 0; start < values.length; start += size)
    groups.push(values.slice(start, start + size));
  return groups;
}

/** Modules in the order in which the file imports them. */
function importOrder(facts: FileFacts): string[] {
  const names: string[] = [];
  for (const line of facts.loose) {
    const python = /^\s*from\s+([\w.]+)\s+import\b/.exec(line.masked)?.[1];
    const other = /^\s*(?:import|use|using)\s+(?:static\s+)?([\w.:]+)/.exec(line.masked)?.[1];
    const quoted =
      /^\s*(?:import\b|export\b.*\bfrom\b|.*\brequire\(|\}\s*from\b)[^"'<]*["']([^"']+)["']/.exec(
        line.raw,
      )?.[1];
    const included = /^\s*#\s*include\s*["<]([^">]+)[">]/.exec(line.raw)?.[1];
    const name = python ?? quoted ?? included ?? other;
    if (name !== undefined) names.push(name);
  }
  return unique(names);
}

/**
 * Notes as running text. A note with the same subject as the note before it begins with "It" and
 * stays in one piece with that note, so that no "It" can lose its subject.
 */
export function renderNotes(notes: readonly Note[]): string[] {
  const pieces: string[] = [];
  for (const [index, one] of notes.entries()) {
    const same = one.subject.startsWith('`') && notes[index - 1]?.subject === one.subject;
    if (same) {
      const rest = sentence(`It ${one.predicate.replace(/^,[^,]*,\s*/, '')}`);
      pieces.push(`${pieces.pop() ?? ''} ${rest}`);
    } else {
      const gap = one.predicate.startsWith(',') ? '' : ' ';
      pieces.push(sentence(`${one.subject}${gap}${one.predicate}`));
    }
  }
  return pieces;
}
