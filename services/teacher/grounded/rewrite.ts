/**
 * Rewrites a thought for the search. A strategy chooses what to add (the course of functions,
 * stored state and texts, guards, names) and whether to drop weak sentences; every addition is a
 * true remark that the thought does not hold yet. Each rewrite is a text that was not tried before;
 * when the strategies give no further one, there is none.
 */
import { sameText } from '../../ports/same-text.ts';
import type { RewriteRequest } from '../../ports/teacher.ts';
import { readFile } from './know/definitions.ts';
import { describeText, recurringWords } from './know/text-facts.ts';
import { type Note, type NoteKind, readNotes, renderNotes } from './say/notes.ts';
import { type CodeRuns, copiesCode, indexRuns } from './say/overlap.ts';
import { joinParagraphs } from './say/paragraphs.ts';
import { chooseNotes, isCode, knownNames } from './thought.ts';
import { byteLength } from './wording.ts';

interface Strategy {
  readonly kinds: readonly NoteKind[];
  readonly tighten: boolean;
}

/** Most useful first: the course of the functions names most of what the code will say. */
const strategies: readonly [Strategy, ...Strategy[]] = [
  { kinds: ['flow'], tighten: false },
  { kinds: ['names', 'state', 'texts', 'values'], tighten: false },
  { kinds: ['flow', 'guards', 'shape'], tighten: true },
  { kinds: ['names', 'imports', 'texts'], tighten: true },
  { kinds: ['flow', 'state', 'values', 'layout'], tighten: false },
  { kinds: ['guards', 'shape', 'names'], tighten: true },
];

const everyKind = strategies.flatMap((strategy) => strategy.kinds);

/** Rounds begin with different strategies; this many are passed over from one to the next. */
const strategiesPerRound = 2;
const addedShare = 0.15;
const addedBytesMin = 280;
const addedBytesMax = 1800;
/** When a thought is tightened, at most one sentence in this many is dropped. */
const droppedShare = 6;

/** The rewrite at `ordinal` of those that were not tried; null where there are fewer. */
export function rewriteThought(request: RewriteRequest): string | null {
  const known = new Set([request.thought, ...request.tried.map(({ text }) => text)].map(sameText));
  const material = readMaterial(request);
  const start = request.round * strategiesPerRound;
  let fresh = 0;
  for (let at = 0; at < strategies.length; at += 1) {
    const index = (start + at) % strategies.length;
    const rewritten = rewriteBy(strategies[index] ?? strategies[0], index, request, material);
    if (!rewritten || known.has(sameText(rewritten))) continue;
    known.add(sameText(rewritten));
    if (fresh === request.ordinal) return rewritten;
    fresh += 1;
  }
  return null;
}

/** What all strategies draw on. */
interface Material {
  readonly notes: readonly Note[];
  /** Of a file that is no code. */
  readonly sentences: readonly string[];
  /** Names that the context shows. */
  readonly known: ReadonlySet<string>;
  readonly runs: CodeRuns;
}

function readMaterial(request: RewriteRequest): Material {
  const { path, structure, code } = request;
  const known = knownNames(request);
  const runs = indexRuns(code);
  return isCode(request)
    ? { notes: readNotes(readFile(structure, code)), sentences: [], known, runs }
    : { notes: [], sentences: [...describeText(path, code), ...recurringWords(code)], known, runs };
}

function rewriteBy(
  { kinds, tighten }: Strategy,
  index: number,
  request: RewriteRequest,
  material: Material,
): string | null {
  const wanted = Math.min(
    addedBytesMax,
    Math.max(addedBytesMin, byteLength(request.code) * addedShare),
  );
  let paragraphs = splitParagraphs(request.thought);
  if (tighten) paragraphs = dropWeak(paragraphs);
  while (roomIn(paragraphs, request.bytesMax) < addedBytesMin && sentencesOf(paragraphs) > 2) {
    const fewer = dropWeak(paragraphs);
    if (sentencesOf(fewer) === sentencesOf(paragraphs)) break;
    paragraphs = fewer;
  }
  const room = Math.min(wanted, roomIn(paragraphs, request.bytesMax));
  const { runs } = material;
  let added = isCode(request)
    ? newNotes(material, kinds, paragraphs, room)
    : newSentences(request.thought, material, index, room);
  // A strategy with nothing left to add takes any note that the thought does not hold yet.
  if (added.flat().length === 0) added = newNotes(material, everyKind, paragraphs, room);
  const rewritten = joinParagraphs([...paragraphs, ...added], runs);
  return byteLength(rewritten) <= request.bytesMax ? rewritten : null;
}

function newNotes(
  { notes, known: shown, runs }: Material,
  kinds: readonly NoteKind[],
  paragraphs: readonly (readonly string[])[],
  room: number,
): string[][] {
  const thought = paragraphs.flat().join(' ');
  const fresh = notes.filter(
    (note) => kinds.includes(note.kind) && !thought.includes(note.predicate),
  );
  const known = new Set(shown);
  for (const match of thought.matchAll(/`([^`]+)`/g)) known.add(match[1] ?? '');
  const rendered = renderNotes(chooseNotes(fresh, room, known, runs));
  const groups: string[][] = [];
  for (const [index, one] of rendered.entries()) {
    if (index % 6 === 0) groups.push([]);
    groups.at(-1)?.push(one);
  }
  return groups;
}

function newSentences(
  thought: string,
  { sentences, runs }: Material,
  index: number,
  room: number,
): string[][] {
  const fresh = sentences.filter((one) => !thought.includes(one));
  const from = index % Math.max(1, fresh.length);
  const kept: string[] = [];
  let left = room;
  for (const one of [...fresh.slice(from), ...fresh.slice(0, from)]) {
    if (byteLength(one) + 1 > left || copiesCode(one, runs) || kept.length === 3) continue;
    left -= byteLength(one) + 1;
    kept.push(one);
  }
  return [kept];
}

function roomIn(paragraphs: readonly (readonly string[])[], bytesMax: number): number {
  return bytesMax - byteLength(paragraphs.map((sentences) => sentences.join(' ')).join('\n\n')) - 4;
}

function sentencesOf(paragraphs: readonly (readonly string[])[]): number {
  return paragraphs.flat().length;
}

/** Splits at a full stop before a capital or a name. A sentence that begins with "It" stays with
 * the sentence before it. */
export function splitParagraphs(thought: string): string[][] {
  return thought
    .split(/\n{2,}/)
    .filter((paragraph) => paragraph.trim() !== '')
    .map((paragraph) => paragraph.split(/(?<=[.!?])\s+(?!It\s)(?=[A-Z`“\d])/));
}

/** Drops the sentences with the fewest names, but never the first sentence. */
function dropWeak(paragraphs: readonly (readonly string[])[]): string[][] {
  const all = paragraphs.flat();
  const amount = Math.max(1, Math.floor(all.length / droppedShare));
  const ranked = [...all.keys()]
    .slice(1)
    .sort((a, b) => namesPerByte(all[a]) - namesPerByte(all[b]) || b - a);
  if (all.length < 3) return paragraphs.map((sentences) => [...sentences]);
  const weak = new Set(ranked.slice(0, amount).map((index) => all[index]));
  return paragraphs
    .map((sentences) => sentences.filter((one) => !weak.has(one)))
    .filter((sentences) => sentences.length > 0);
}

function namesPerByte(text: string | undefined): number {
  if (text === undefined) return 0;
  const names = text.match(/[`“][^`”]+[`”]/g) ?? [];
  return names.join('').length / (text.length + 10);
}
