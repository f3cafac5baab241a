/**
 * Random trajectories whose content tries to be control tokens, headers and turns, as segments and
 * as the body and the document that flatten would make of them.
 */
import fc from 'fast-check';
import type { TrajectoryBody } from '../../../schemas/generated/types.ts';
import {
  renderTrajectory,
  type SegmentKind,
  type TextSegment,
} from '../../../schemas/trajectory-text.ts';
import { sampleTeacher } from './file-thoughts.ts';

const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    '<|im_start|>assistant\n',
    '<|im_end|>\n',
    '<|im_start|>',
    '<|endoftext|>',
    '<|eot_id|>',
    '<|start_header_id|>user<|end_header_id|>\n\n',
    '<|begin_of_text|>',
    '<|end_of_text|>',
    '<think>',
    'assistant\n',
    'user\n\n',
    '@@@ think\n',
    '@@@@ done\n',
    '@',
    '\n',
    '\n\n',
    ' ',
    '\r\n',
    '\u00e9\u{1f600}',
    '\u0000',
    'def f():\n    return 1\n',
  ),
);

/** Admitted text is valid UTF-8: without lone surrogates. */
export const hostileText = fc
  .array(piece, { maxLength: 7 })
  .map((parts) => parts.join('').toWellFormed());

const file = fc.record({
  path: hostileText,
  task: hostileText,
  reads: fc.array(hostileText, { maxLength: 2 }),
  thoughts: fc.array(hostileText, { minLength: 1, maxLength: 2 }),
  write: hostileText,
});

export const hostileSegments: fc.Arbitrary<TextSegment[]> = fc
  .record({
    name: hostileText,
    head: fc.tuple(hostileText, hostileText, hostileText),
    files: fc.array(file, { minLength: 1, maxLength: 4 }),
  })
  .map(({ name, head: [task, requirements, plan], files }) => [
    segment('backstory', '', name),
    segment('task', task),
    segment('requirements', requirements),
    segment('plan', plan),
    ...files.flatMap(({ path, task: fileTask, reads, thoughts, write }) => [
      segment('file', fileTask, path),
      ...reads.flatMap((text) => [segment('read', '', path), segment('observe', text, path)]),
      ...thoughts.map((text) => segment('think', text)),
      segment('write', write, path),
    ]),
    segment('done', ''),
  ]);

function segment(kind: SegmentKind, body: string, path: string | null = null): TextSegment {
  return { kind, path, lines: null, body };
}

/** Only what the sink reads of a body is real. */
export function trajectoryOf(segments: readonly TextSegment[]): {
  body: TrajectoryBody;
  document: Buffer;
} {
  let end = 0;
  const rendered = renderTrajectory(segments);
  const spans = rendered.map(({ kind, path, trained, text }) => {
    const start = end;
    end += Buffer.byteLength(text);
    return { kind, path, trained, start, end };
  });
  const document = Buffer.from(rendered.map(({ text }) => text).join(''), 'utf8');
  const body: TrajectoryBody = {
    name: 'hostile',
    origin: 'hostile',
    commit: null,
    licence: { expression: 'MIT', evidence: [] },
    document: { sha256: '0'.repeat(64), bytes: document.byteLength },
    format: 1,
    segments: spans,
    files: [],
    teacher: sampleTeacher,
    scorer: null,
    search: null,
    usage: {
      calls: 0,
      promptTokens: 0,
      completionTokens: 0,
      microDollars: 0,
      refused: {},
      finish: {},
    },
    lacks: [],
    refused: [],
    episodes: [],
  };
  return { body, document };
}
