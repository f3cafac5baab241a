/**
 * One trajectory as the page reads it: first the facts of all segments without their texts, then
 * the texts of a few, then the tokens of one. So a document of millions of tokens opens at once.
 * Pure.
 */
import { lastUpTo } from '../../dataset/last-up-to.ts';
import { tokenPlaces } from '../../dataset/template/read.ts';
import {
  lineCharactersMax,
  type SampleRow,
  type SegmentText,
  type SegmentTokens,
  stepOf,
  type TrajectoryView,
} from '../api.ts';
import { gainOf } from '../catalogue/shard-rows.ts';
import { bodyOf, placeOf, type ServedDocument } from './document.ts';

/** Names the shard of a pack. */
export type ShardOfPack = (pack: number) => string;

/** `wanted` names the step that the reader goes to, as an address does. */
export function viewTrajectory(
  document: ServedDocument,
  shardOf: ShardOfPack,
  wanted: { readonly step?: string | undefined; readonly file?: string | undefined },
): TrajectoryView {
  const { overview, segments, pieces } = document;
  const { id, name, episode, origin, commit, licence, tokens, trainedTokens } = overview;
  const { teacher, scorer, lacks, refused } = overview;
  const step = stepOf(wanted, segments) ?? 0;
  return {
    ...{ id, name, episode, origin, commit, licence, tokens, trainedTokens, teacher, scorer },
    ...{ search: gainOf(overview.search), lacks, refused, segments },
    places: pieces.map(({ pack, tokens: range }) => ({
      shard: shardOf(pack),
      pack,
      tokens: range,
    })),
    isWhole: true,
    texts: textsOf(document, step, screenSegments, screenCharacters),
  };
}

/** The beginning of a trajectory, with the tokens of the whole. */
export function viewOpening(
  document: ServedDocument,
  { tokens, trainedTokens }: Pick<SampleRow, 'tokens' | 'trainedTokens'>,
): TrajectoryView {
  const view = viewTrajectory(document, () => '', {});
  return { ...view, tokens, trainedTokens, places: [], isWhole: false };
}

/** What a screen shows around a step at most; the rest is asked for as it comes in view. */
const screenSegments = 40;
const screenCharacters = 60_000;

/** Texts of segments from one on: as many as have so many characters together, but one at least. */
export function textsOf(
  document: ServedDocument,
  from: number,
  count: number,
  charactersMax: number,
): SegmentText[] {
  const texts: SegmentText[] = [];
  const end = Math.min(document.segments.length, from + count);
  let characters = 0;
  for (let segment = from; segment < end; segment += 1) {
    if (texts.length > 0 && characters > charactersMax) break;
    const text = textOf(document, segment);
    characters += text.text.length;
    texts.push(text);
  }
  return texts;
}

/** The text of a segment with its long lines shortened. */
function textOf(document: ServedDocument, segment: number): SegmentText {
  const body = bodyOf(document, segment);
  const cut: [number, number][] = [];
  if (body.length <= lineCharactersMax) return { segment, text: body, cut };
  const lines = body.split('\n').map((line, place) => {
    if (line.length <= lineCharactersMax) return line;
    cut.push([place, line.length]);
    return line.slice(0, lineCharactersMax).toWellFormed();
  });
  return { segment, text: lines.join('\n'), cut };
}

/** A part of one line, for a reader who wants more of it than the text of the segment shows. */
export function lineOf(
  document: ServedDocument,
  segment: number,
  line: number,
  [from, to]: readonly [number, number],
): string {
  const lines = bodyOf(document, segment).split('\n');
  return (lines[line] ?? '').slice(from, to).toWellFormed();
}

/** The tokens that lie in the text of a segment, without those of its header. */
export function tokensOf(document: ServedDocument, segment: number): SegmentTokens {
  const { text, tokens } = document;
  const place = placeOf(document, segment);
  const [ends, ids]: [number[], number[]] = [[], []];
  if (place === null) return { ends, ids };
  let [byte, characters] = [place.bodyStart, 0];
  const all = tokens.ends as unknown as readonly number[];
  for (let token = lastUpTo(all, place.bodyStart, (end) => end) + 1; ; token += 1) {
    const end = tokens.ends[token];
    if (end === undefined || byte >= place.bodyEnd) return { ends, ids };
    if (tokens.places[token] !== tokenPlaces.text) continue;
    const last = Math.min(end, place.bodyEnd);
    for (; byte < last; byte += 1) characters += unitsAt(text[byte] ?? 0);
    ends.push(characters);
    ids.push(tokens.ids[token] ?? 0);
  }
}

/** UTF-16 units that a character has whose UTF-8 begins with this byte; 0 within a character. */
function unitsAt(byte: number): number {
  if ((byte & 0xc0) === 0x80) return 0;
  return byte >= 0xf0 ? 2 : 1;
}
