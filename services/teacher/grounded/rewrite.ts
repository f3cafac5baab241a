/**
 * Rewrites a thought for the search. Round and sample choose what to add (the course of functions,
 * stored state and texts, guards, names) and whether to drop weak sentences; every addition is a
 * true remark that the thought does not hold yet, so that candidates differ in substance.
 */
import type { RewriteRequest } from '../../ports/teacher.ts';
import { readFile } from './know/definitions.ts';
import { describeText, recurringWords } from './know/text-facts.ts';
import { type NoteKind, readNotes, renderNotes } from './say/notes.ts';
import { copiesCode, indexRuns } from './say/overlap.ts';
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

/** The usual number of samples per round; further samples use the next round's strategies. */
const samplesPerRound = 2;
const addedShare = 0.15;
const addedBytesMin = 280;
const addedBytesMax = 1800;
/** When a thought is tightened, at most one sentence in this many is dropped. */
const droppedShare = 6;

export function rewriteThought(request: RewriteRequest, sample: number): string {
  const index = (request.round * samplesPerRound + sample) % strategies.length;
  const strategy = strategies[index] ?? strategies[0];
  const wanted = Math.min(
    addedBytesMax,
    Math.max(addedBytesMin, byteLength(request.code) * addedShare),
  );
  let paragraphs = splitParagraphs(request.thought);
  if (strategy.tighten) paragraphs = dropWeak(paragraphs);
  while (roomIn(paragraphs, request.bytesMax) < addedBytesMin && sentencesOf(paragraphs) > 2) {
    const fewer = dropWeak(paragraphs);
    if (sentencesOf(fewer) === sentencesOf(paragraphs)) break;
    paragraphs = fewer;
  }
  const room = Math.min(wanted, roomIn(paragraphs, request.bytesMax));
  const added = isCode(request)
    ? newNotes(request, strategy.kinds, paragraphs, room)
    : newSentences(request, index, room);
  // A strategy with nothing left to add takes any note that the thought does not hold yet.
  if (added.flat().length === 0 && isCode(request)) {
    added.push(...newNotes(request, everyKind, paragraphs, room));
  }
  const runs = indexRuns(request.code);
  const rewritten = joinParagraphs([...paragraphs, ...added], runs);
  return byteLength(rewritten) <= request.bytesMax ? rewritten : request.thought;
}

function newNotes(
  request: RewriteRequest,
  kinds: readonly NoteKind[],
  paragraphs: readonly (readonly string[])[],
  room: number,
): string[][] {
  const thought = paragraphs.flat().join(' ');
  const notes = readNotes(readFile(request.structure, request.code)).filter(
    (note) => kinds.includes(note.kind) && !thought.includes(note.predicate),
  );
  const known = knownNames(request);
  for (const match of thought.matchAll(/`([^`]+)`/g)) known.add(match[1] ?? '');
  const chosen = chooseNotes(notes, room, known, indexRuns(request.code));
  const rendered = renderNotes(chosen);
  const groups: string[][] = [];
  for (const [index, one] of rendered.entries()) {
    if (index % 6 === 0) groups.push([]);
    groups.at(-1)?.push(one);
  }
  return groups;
}

function newSentences(request: RewriteRequest, index: number, room: number): string[][] {
  const all = [...describeText(request.path, request.code), ...recurringWords(request.code)];
  const fresh = all.filter((one) => !request.thought.includes(one));
  const rotated = [
    ...fresh.slice(index % Math.max(1, fresh.length)),
    ...fresh.slice(0, index % Math.max(1, fresh.length)),
  ];
  const runs = indexRuns(request.code);
  const kept: string[] = [];
  let left = room;
  for (const one of rotated) {
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
