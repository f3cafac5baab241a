/**
 * One trajectory as the page reads it: first the facts of all segments without their texts, then
 * the texts of a few, then the tokens of one. So a document of millions of tokens opens at once.
 * Pure.
 */
import { rowOfPath } from '../../../schemas/languages/languages.ts';
import { renderHeader } from '../../../schemas/trajectory-text.ts';
import { lastUpTo } from '../../dataset/last-up-to.ts';
import type { TokenizedSample } from '../../dataset/samples.ts';
import { tokenPlaces } from '../../dataset/template/read.ts';
import {
  lineCharactersMax,
  type SegmentFacts,
  type SegmentText,
  type SegmentTokens,
  type TrajectoryView,
} from '../api.ts';
import { gainOf } from '../catalogue/shard-rows.ts';

/** Names the shard of a pack. */
export type ShardOfPack = (pack: number) => string;

export function viewTrajectory(sample: TokenizedSample, shardOf: ShardOfPack): TrajectoryView {
  const { overview, segments, pieces } = sample;
  const { id, name, episode, origin, commit, licence, tokens, trainedTokens } = overview;
  const { teacher, scorer, lacks, refused } = overview;
  return {
    id,
    name,
    episode,
    origin,
    commit,
    licence,
    tokens,
    trainedTokens,
    teacher,
    scorer,
    search: gainOf(overview.search),
    lacks,
    refused,
    segments: segments.map(factsOf),
    places: pieces.map(({ pack, tokens: range }) => ({
      shard: shardOf(pack),
      pack,
      tokens: range,
    })),
  };
}

function factsOf(segment: TokenizedSample['segments'][number]): SegmentFacts {
  const { kind, path, lines, earlier, role, trained, tokens, body } = segment;
  const { rows, widest } = measure(body);
  const bytes = Buffer.byteLength(body);
  const isEarlier = earlier === true;
  const language = path === null ? null : (rowOfPath(path)?.name ?? null);
  return {
    kind,
    path,
    lines,
    earlier: isEarlier,
    language,
    role,
    trained,
    tokens,
    bytes,
    rows,
    widest,
  };
}

/** A line end at the end begins no line. */
function measure(body: string): { rows: number; widest: number } {
  let [rows, widest, start] = [0, 0, 0];
  while (start < body.length) {
    const newline = body.indexOf('\n', start);
    const end = newline < 0 ? body.length : newline;
    rows += 1;
    widest = Math.max(widest, end - start);
    start = end + 1;
  }
  return { rows, widest };
}

/** The text of a segment with its long lines shortened. */
export function textOf({ segments }: TokenizedSample, segment: number): SegmentText {
  const body = segments[segment]?.body ?? '';
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
  { segments }: TokenizedSample,
  segment: number,
  line: number,
  [from, to]: readonly [number, number],
): string {
  const body = segments[segment]?.body ?? '';
  return (body.split('\n')[line] ?? '').slice(from, to).toWellFormed();
}

/** The tokens that lie in the text of a segment, without those of its header. */
export function tokensOf(sample: TokenizedSample, segment: number): SegmentTokens {
  const { placed, read, inputIds } = sample;
  const place = placed[segment];
  const [ends, ids]: [number[], number[]] = [[], []];
  if (place === undefined) return { ends, ids };
  const fence = read.text.subarray(0, read.text.indexOf(' ')).toString('utf8');
  const bodyStart = place.start + Buffer.byteLength(renderHeader(fence, place));
  const bodyEnd = bodyStart + Buffer.byteLength(place.body);
  let [byte, characters] = [bodyStart, 0];
  for (
    let token = lastUpTo(read.ends as unknown as readonly number[], bodyStart, (end) => end) + 1;
    ;
    token += 1
  ) {
    const end = read.ends[token];
    if (end === undefined || byte >= bodyEnd) return { ends, ids };
    if (read.places[token] !== tokenPlaces.text) continue;
    for (; byte < Math.min(end, bodyEnd); byte += 1) characters += unitsAt(read.text[byte] ?? 0);
    ends.push(characters);
    ids.push(inputIds[token] ?? 0);
  }
}

/** UTF-16 units that a character has whose UTF-8 begins with this byte; 0 within a character. */
function unitsAt(byte: number): number {
  if ((byte & 0xc0) === 0x80) return 0;
  return byte >= 0xf0 ? 2 : 1;
}
