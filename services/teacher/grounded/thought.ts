/**
 * The first thought about a file: its users, the names it needs from the files that were read, its
 * definitions in order, and the cases that its code visibly handles. Plain paragraphs.
 */
import type { Definition } from '../../../schemas/generated/types.ts';
import type { ThinkRequest } from '../../ports/teacher.ts';
import { type FileFacts, isContainer, isFunction, readFile } from './know/definitions.ts';
import { headerComment } from './know/header-comment.ts';
import { isProgram, type Role, roleOf } from './know/roles.ts';
import { describeTests } from './know/test-facts.ts';
import { describeText } from './know/text-facts.ts';
import { docClause, predicateOf } from './say/clause.ts';
import { type Note, type NoteKind, readNotes, renderNotes } from './say/notes.ts';
import { sayOrder } from './say/order.ts';
import { type CodeRuns, copiesCode, indexRuns } from './say/overlap.ts';
import { joinParagraphs } from './say/paragraphs.ts';
import { sayUsers } from './say/users.ts';
import {
  byteLength,
  count,
  joinNames,
  joinWords,
  pick,
  quote,
  sentence,
  shortPath,
  shortPathAmong,
} from './wording.ts';

/** The target size of a thought as a share of its file's bytes, within the bounds. */
const share = 0.33;
const bytesMin = 640;
const bytesMax = 3000;
/** Bytes reserved for notes, even if users and needs fill the rest. */
const notesBytesMin = 420;
const textSentencesMax = 5;
/** Whom a name serves, where it is not the whole file. */
const placesMax = 3;
/** Names told of one file. */
const neededMax = 4;
const externalsMax = 6;
/** A shorter text says nothing. */
const wordsMin = 4;

export function writeThought(request: ThinkRequest): string {
  const runs = indexRuns(request.code);
  const role = roleOf(request.path);
  const goal = [...sayUsers(request, role), ...sayOwnWords(request)];
  const paragraphs = isCode(request)
    ? codeParagraphs(request, role, goal, runs)
    : [goal, describeText(request.path, request.code).slice(0, textSentencesMax)];
  const thought = joinParagraphs(paragraphs, runs);
  return (thought.match(/\p{L}+/gu)?.length ?? 0) < wordsMin ? sayLittle(request) : thought;
}

function codeParagraphs(
  request: ThinkRequest,
  role: Role,
  goal: string[],
  runs: CodeRuns,
): string[][] {
  const facts = readFile(request.structure, request.code);
  const target = Math.min(bytesMax, Math.max(bytesMin, byteLength(request.code) * share));
  const opening = [
    goal,
    sayNeeds(request, facts),
    [
      ...sayRest(request),
      ...(role === 'test' ? sayTests(facts) : [...sayOverview(facts), ...sayOrder(facts)]),
    ],
  ];
  const used = byteLength(opening.flat().join(' '));
  const wanted: readonly NoteKind[] =
    role === 'test' ? ['flow', 'guards', 'values'] : ['shape', 'guards', 'values'];
  const every = readNotes(facts);
  const first = every.filter((note) => wanted.includes(note.kind));
  // A file without definitions, such as a script or a re-export, is described by its course.
  const notes = first.length > 0 ? first : every;
  const room = Math.max(notesBytesMin, target - used);
  return [...opening, ...paragraphsOf(chooseNotes(notes, room, knownNames(request), runs))];
}

/** The file's header comment, in a clause. */
function sayOwnWords(request: ThinkRequest): string[] {
  // A comment at the start of a later part is about what follows it.
  if (request.part !== undefined && request.part.number > 1) return [];
  const clause = docClause(headerComment(request.code, request.structure.language), '');
  return clause === null ? [] : [sentence(`as a whole it ${predicateOf(clause)}`)];
}

/** What an earlier part has begun. */
function sayRest({ path, part, structure: { symbols } }: ThinkRequest): string[] {
  const [first] = symbols;
  if (part === undefined || part.number === 1 || first === undefined) return [];
  const begun = first.parent;
  if (begun === null) return [];
  const inside = symbols.filter(({ parent }) => parent === begun);
  const opening = pick(path, ['This part goes on with', 'First comes the rest of']);
  return [sentence(`${opening} ${quote(begun)}, ${count(inside.length, 'more member')}`)];
}

/** The sentence for a file about which nothing else is known. */
function sayLittle(request: ThinkRequest): string {
  const purpose =
    request.purpose === ''
      ? `${quote(shortPath(request.path))} is written as it stands`
      : request.purpose;
  return `${sentence(purpose)} It takes ${count(request.structure.lines, 'line')}.`;
}

/** Whether the file has an outline or a language whose code can be read line by line. */
export function isCode(request: ThinkRequest): boolean {
  if (request.structure.symbols.length > 0) return true;
  const role = roleOf(request.path);
  if (!isProgram(role) && role !== 'test' && role !== 'example') return false;
  return request.structure.parser !== 'none' && request.code.trim() !== '';
}

/** Names that the context already shows; repeating them helps the scorer little. */
export function knownNames(request: ThinkRequest): Set<string> {
  return new Set(request.reads.flatMap((read) => read.names));
}

/** Most informative notes that fit, back in source order. */
export function chooseNotes(
  notes: readonly Note[],
  bytes: number,
  known: ReadonlySet<string>,
  runs: CodeRuns,
): Note[] {
  const told = new Set(known);
  const ranked = notes
    .filter((note) => !copiesCode(`${note.subject} ${note.predicate}`, runs))
    .map((note) => ({ note, value: informationOf(note, told) }))
    .sort((a, b) => b.value - a.value || a.note.line - b.note.line);
  const kept: Note[] = [];
  let left = bytes;
  for (const { note, value } of ranked) {
    const size = byteLength(note.subject) + byteLength(note.predicate) + 3;
    if (value <= 0 || size > left) continue;
    left -= size;
    kept.push(note);
  }
  return kept.sort((a, b) => a.line - b.line || order(a) - order(b));
}

const notesPerParagraph = 6;
const kindOrder = [
  'values',
  'shape',
  'state',
  'guards',
  'flow',
  'texts',
  'imports',
  'layout',
  'names',
];

function order(note: Note): number {
  return kindOrder.indexOf(note.kind);
}

/** Characters of names that are new to the reader, per byte of the note. */
export function informationOf(note: Note, known: ReadonlySet<string>): number {
  const names = new Set(
    [...note.predicate.matchAll(/[`“]([^`”]+)[`”]/g)].map((match) => match[1] ?? ''),
  );
  let characters = 0;
  for (const name of names) if (!known.has(name)) characters += name.length;
  const size = note.subject.length + note.predicate.length;
  return (characters + (note.kind === 'guards' ? 12 : 6)) / (size + 20);
}

function sayNeeds(request: ThinkRequest, facts: FileFacts): string[] {
  const words = new Set(
    facts.lines.flatMap((line) => line.masked.match(/[A-Za-z_$][\w$]*/g) ?? []),
  );
  const sentences: string[] = [];
  const seen = new Set<string>();
  for (const read of request.reads) {
    if (seen.has(read.path)) continue;
    seen.add(read.path);
    const offered = read.structure.symbols.filter(
      (symbol) => symbol.parent === null && symbol.name.length > 2 && words.has(symbol.name),
    );
    const stated = read.names.filter((name) => words.has(name));
    const names = stated.length > 0 ? stated : offered.map((symbol) => symbol.name);
    if (names.length === 0) continue;
    const shown = shortPathAmong(
      read.path,
      request.reads.map(({ path }) => path),
    );
    sentences.push(sayNeed(read.path, shown, names, facts));
  }
  return [...sentences, ...sayExternals(request.path, facts, sentences.length > 0)];
}

/** Modules that serve types and the language itself: a file that imports them does not say why. */
const plainExternals = /^(?:__future__|typing|typing_extensions|types|collections\.abc)$/;

/** What comes from outside the project, each with the definitions that need it. */
function sayExternals(path: string, facts: FileFacts, isMore: boolean): string[] {
  const externals = facts.structure.externals.filter((name) => !plainExternals.test(name));
  if (externals.length === 0) return [];
  const one = externals.length === 1;
  const opening = isMore
    ? pick(path, [
        `From outside the project ${one ? 'comes' : 'come'}`,
        'Beyond that it leans on',
        'From outside it takes',
      ])
    : pick(path, ['It rests on', 'Outside help comes from', 'What it imports is external:']);
  return [sentence(`${opening} ${sayWithPlaces(externals, externalsMax, facts)}`)];
}

/** What a name is has just been read, and other files need it too: who needs it here is said. */
function sayNeed(path: string, file: string, names: readonly string[], facts: FileFacts): string {
  const opening = pick(path + names[0], [
    `From ${quote(file)} I need`,
    `${quote(file)} gives me`,
    `Out of ${quote(file)} ${names.length === 1 ? 'comes' : 'come'}`,
  ]);
  return sentence(`${opening} ${sayWithPlaces(names, neededMax, facts)}`);
}

/** Names, each with the definitions that need it; those that serve the same ones together. */
function sayWithPlaces(names: readonly string[], max: number, facts: FileFacts): string {
  const groups = Map.groupBy(names.slice(0, max), (name) => sayPlaces(placesOf(name, facts)));
  const parts = [...groups].map(([places, same]) => `${joinNames(same, max)}${places}`);
  const more = names.length > max ? [`${count(names.length - max, 'more name')}`] : [];
  return joinWords([...parts, ...more]);
}

function sayPlaces(places: readonly string[]): string {
  if (places.length === 0 || places.length > placesMax) return '';
  const who = joinNames(places, placesMax);
  return places.length === 1 ? ` for ${who}` : ` (in ${who})`;
}

/** The definitions that use a name. */
function placesOf(name: string, facts: FileFacts): string[] {
  const pattern = new RegExp(`(?<![\\w$])${RegExp.escape(name)}(?![\\w$])`);
  return (
    facts.definitions
      .filter((definition) => definition.lines.some((line) => pattern.test(line.masked)))
      .map(({ label }) => label)
      // What is imported may be a constant of the file itself.
      .filter((label) => label !== name)
  );
}

const overviewNouns = ['class', 'function', 'type', 'constant'] as const;

function overviewNoun(symbol: Definition): (typeof overviewNouns)[number] {
  if (isFunction(symbol)) return 'function';
  if (symbol.kind === 'class') return 'class';
  return isContainer(symbol) || symbol.kind === 'type' ? 'type' : 'constant';
}

function sayOverview(facts: FileFacts): string[] {
  const top = facts.definitions.filter((definition) => definition.symbol.parent === null);
  const parts = overviewNouns
    .map((noun) => ({ noun, symbols: top.filter(({ symbol }) => overviewNoun(symbol) === noun) }))
    .filter(({ symbols }) => symbols.length > 0)
    .map(({ noun, symbols }) => {
      const names = symbols.map(({ symbol }) => symbol.name);
      return `${count(names.length, noun)} (${joinNames(names, 6)})`;
    });
  if (parts.length === 0 || top.length < 2) return [];
  const opening = pick(facts.structure.path, [
    'It defines',
    'What has to be written:',
    'The parts are',
    'To write:',
  ]);
  return [sentence(`${opening} ${joinWords(parts)}`)];
}

/** The cases of a test file; one without cases is described by its parts. */
function sayTests(facts: FileFacts): string[] {
  const sentences = describeTests(facts);
  return sentences.length > 0 ? sentences : sayOverview(facts);
}

/** Notes about one subject stay together; a new type or a full paragraph starts another. */
function paragraphsOf(notes: readonly Note[]): string[][] {
  const groups: Note[][] = [];
  for (const note of notes) {
    const current = groups.at(-1);
    const last = current?.at(-1);
    const opensType = note.kind === 'shape' && /^, an? /.test(note.predicate);
    const full = current !== undefined && current.length >= notesPerParagraph;
    const parted = last !== undefined && last.subject !== note.subject;
    if (current === undefined || (parted && (opensType || full))) groups.push([note]);
    else current.push(note);
  }
  return groups.map(renderNotes);
}
