/** A piece repeats of its document's start what stands there, or verify says that it does not. */
import { expect, test } from 'vitest';
import { renderTrajectory, type TextSegment } from '../../../../schemas/trajectory-text.ts';
import { placeSegments } from '../../../../services/dataset/segments.ts';
import { mayRepeat } from '../../../../services/dataset/verify/prefix.ts';
import type { TokenView } from '../../../../services/dataset/verify/tokens.ts';

const segment = (kind: TextSegment['kind'], body: string, path: string | null = null) => ({
  ...{ kind, path, body },
  lines: null,
});
const rendered = renderTrajectory([
  segment('backstory', '', 'tiny'),
  segment('task', 'Develop it.\n'),
  segment('requirements', 'It must work.\n'),
  segment('plan', 'Files, in writing order:\n1. a.txt: One.\n2. b.txt: Two.\n'),
  segment('file', 'Write a.txt.\n', 'a.txt'),
  segment('write', 'one\n', 'a.txt'),
  segment('file', 'Write b.txt.\n', 'b.txt'),
  segment('write', 'two\n', 'b.txt'),
  segment('done', ''),
]).map(({ text }) => text);
const text = Buffer.from(rendered.join(''));
// One token for each byte.
const view = {
  ...{ text, turns: [], segments: placeSegments(text.toString()) },
  inputIds: Uint32Array.from(text),
  ends: Uint32Array.from(text, (_byte, at) => at + 1),
} as unknown as TokenView;

const [frame = '', , requirements = '', , , , file = ''] = rendered;
const head = '@@@ plan\n';
const inSecondFile = text.indexOf('@@@ write "b.txt"');
const repeats = (prefix: string, start = inSecondFile) =>
  mayRepeat(view, start, Uint32Array.from(Buffer.from(prefix)));

test.each([
  ['nothing', ''],
  ['the frame', frame],
  ['the frame and the file', frame + file],
  ['its line of the plan', `${frame}${head}2. b.txt: Two.\n${file}`],
  ['the requirements too', `${frame}${requirements}${head}2. b.txt: Two.\n${file}`],
  ['several lines', `${frame}${requirements}${head}1. a.txt: One.\n2. b.txt: Two.\n`],
])('a piece may repeat %s', (_what, prefix) => {
  expect(repeats(prefix)).toBe(true);
});

test.each([
  ['another line than the plan has', `${frame}${head}2. b.txt: Tow.\n${file}`],
  ['other requirements', `${frame}@@@ requirements\nIt may work.\n${head}2. b.txt: Two.\n`],
  ['lines without the head of the plan', `${frame}2. b.txt: Two.\n${file}`],
  ['the requirements alone', `${frame}${requirements}${file}`],
  ['the task', `${frame}${rendered[1]}${file}`],
  ['the file that was written before', frame + rendered[4]],
])('a piece must not repeat %s', (_what, prefix) => {
  expect(repeats(prefix)).toBe(false);
});

test('a piece that begins in the plan repeats no part of it', () => {
  const start = text.indexOf('2. b.txt');
  expect(repeats(frame, start)).toBe(true);
  expect(repeats(`${frame}${head}1. a.txt: One.\n`, start)).toBe(false);
});
