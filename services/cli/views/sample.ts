/**
 * Draws a trajectory for a terminal. Trained text has a solid gutter mark and, with colours, a
 * coloured title; text that is not trained has a dotted mark and is dim. Pure.
 */
import { printable } from '../../dataset/printable.ts';
import type { MaskedSegment, Sample, SampleOverview } from '../../dataset/samples.ts';
import type { Style } from '../style.ts';
import { formatCount, formatShare, formatTable, plural, truncate, wrapProse } from './format.ts';
import { bitsPerByte, countLacks, describeScorer, describeTeacher } from './summary.ts';

export interface ViewOptions {
  /** Lines of a body shown at most; null shows all. */
  readonly bodyLinesMax: number | null;
  readonly columns: number;
}

export function drawSampleList(samples: readonly SampleOverview[], style: Style): string[] {
  const rows = samples.map((sample) => [
    sample.id.slice(0, 12),
    printable(sample.name) + (sample.episode === null ? '' : `#${sample.episode.number}`),
    formatCount(sample.files),
    formatCount(sample.tokens),
    formatShare(sample.trainedTokens / Math.max(1, sample.tokens)),
    sample.licence,
    sample.teacher.name,
    sample.scorer?.name ?? '-',
    gainOf(sample),
  ]);
  const head = ['id', 'repository', 'files', 'tokens', 'trained', 'licence', 'teacher', 'scorer'];
  const header = [...head, 'bits per byte'].map(style.bold);
  return formatTable([header, ...rows]);
}

function gainOf({ search }: SampleOverview): string {
  if (search === null || search.targetBytes === 0) return '-';
  const { targetBytes, bitsBefore, bitsAfter } = search;
  return `${(bitsBefore / targetBytes).toFixed(3)} → ${(bitsAfter / targetBytes).toFixed(3)}`;
}

export function drawSampleHead({ overview }: Sample, style: Style): string[] {
  const rows = [
    ['repository', printable(overview.name)],
    [
      'from',
      printable(overview.origin) + (overview.commit === null ? '' : ` @ ${overview.commit}`),
    ],
    ...(overview.episode === null
      ? []
      : [['episode', `${overview.episode.number} of ${overview.episode.of}`]]),
    ['licence', overview.licence],
    ['files', formatCount(overview.files)],
    [
      'tokens',
      `${formatCount(overview.tokens)}, ${formatShare(overview.trainedTokens / Math.max(1, overview.tokens))} trained`,
    ],
    ['teacher', describeTeacher(overview.teacher)],
    ['scorer', describeScorer(overview.scorer)],
    ...(overview.search === null ? [] : [['search', bitsPerByte(overview.search)]]),
    ...lackRows(overview.lacks),
    ['sample', overview.id],
  ];
  return formatTable(rows.map(([name = '', value = '']) => [style.bold(name), value]));
}

/** What is missing, and apart from that the files that earn no thought. */
function lackRows(lacks: SampleOverview['lacks']): string[][] {
  const missing = lacks.filter(({ what }) => what !== 'plain');
  const plain = lacks.length - missing.length;
  return [
    ...(missing.length === 0 ? [] : [['written without', countLacks(missing)]]),
    ...(plain === 0 ? [] : [['plain', `${plural(plain, 'file')} without a thought, by rule`]]),
  ];
}

/** One segment: a title line and its body. */
export function drawSegment(segment: MaskedSegment, style: Style, options: ViewOptions): string[] {
  const range = segment.lines === null ? '' : `:${segment.lines.join('-')}`;
  const place = segment.path === null ? '' : ` ${printable(segment.path)}${range}`;
  const mask = segment.trained ? 'trained' : 'not trained';
  const turn = segment.role === null ? '' : ` (${segment.role})`;
  const earlier = segment.earlier === true ? ', written in an earlier episode' : '';
  const title = `${segment.kind}${place}${earlier}${turn}`;
  const facts = style.dim(`${plural(segment.tokens, 'token')}, ${mask}`);
  const paint = segment.trained ? style.cyan : style.dim;
  return [
    `${paint(style.bold(title))}  ${facts}`,
    ...drawBody(segment, style, options).map((line) => line.trimEnd()),
  ];
}

/** Prose is wrapped to the width. Code is cut instead, because its lines carry meaning. */
function drawBody(segment: MaskedSegment, style: Style, options: ViewOptions): string[] {
  if (segment.body === '') return [];
  const { bodyLinesMax, columns } = options;
  const isCode = segment.kind === 'write' || segment.kind === 'observe';
  const width = Math.max(20, columns - 6);
  const lines = printable(segment.body)
    .replace(/\n$/, '')
    .split('\n')
    .flatMap((line) => (isCode ? [line] : wrapProse(line, width)));
  // Without colours the mark is the only sign of training, so it is never left out.
  const gutter = segment.trained ? '│ ' : '┊ ';
  const paint = segment.trained ? (text: string) => text : style.dim;
  const cut = (line: string) => (bodyLinesMax === null ? line : truncate(line, width));
  const max = bodyLinesMax ?? lines.length;
  const shown = lines.slice(0, max).map((line) => `  ${gutter}${paint(cut(line))}`);
  const rest = lines.length - max;
  return rest > 0 ? [...shown, style.dim(`  ${gutter}… ${formatCount(rest)} more lines`)] : shown;
}

/** The segments of one file: from its `file` segment to its last `write`. */
export function segmentsOfFile(
  segments: readonly MaskedSegment[],
  path: string,
): readonly MaskedSegment[] {
  const from = segments.findIndex((each) => each.kind === 'file' && each.path === path);
  const to = segments.findLastIndex((each) => each.kind === 'write' && each.path === path);
  return from < 0 || to < 0 ? [] : segments.slice(from, to + 1);
}
