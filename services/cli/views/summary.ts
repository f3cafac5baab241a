/** The summary of a run: results, place, teacher and scorer, and what was left out, why. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import { describeMaker, type MakerWords } from '../../dataset/makers.ts';
import { printable } from '../../dataset/printable.ts';
import type { RunSummary } from '../../registry.ts';
import type { DroppedRepository } from '../../runtime/watch/progress.ts';
import type { SearchTotals } from '../../stages/search/report.ts';
import type { Style } from '../style.ts';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatShare,
  formatTable,
  plural,
} from './format.ts';

export interface SummaryFacts {
  readonly outputFolder: string;
  readonly teacher: ModelIdentity;
  readonly scorer: ModelIdentity | null;
  /** What this process sent to the teacher; null if it sent nothing. */
  readonly requests?: Requests | null;
}

/** Calls that were sent: also those that were repeated after a failure or refused by a check. */
export interface Requests {
  readonly sent: number;
  /** Those among them that brought no answer. */
  readonly unanswered: number;
}

/** Dropped repositories, or lacks, in a list at most; `--json` has all of them. */
const dropsShownMax = 20;

export function drawSummary(summary: RunSummary, facts: SummaryFacts, style: Style): string[] {
  const { repositories } = summary;
  const share = summary.tokens === 0 ? 0 : summary.trainedTokens / summary.tokens;
  const rows = [
    ['repositories', describeRepositories(summary)],
    ['files', `${formatCount(summary.files)} (${formatBytes(summary.admittedBytes)} admitted)`],
    ['tokens', `${formatCount(summary.tokens)}, ${formatShare(share)} trained`],
    [
      'shards',
      `${summary.shards} with ${plural(summary.packs, 'pack')}, ${formatShare(summary.paddingShare)} padding`,
    ],
    ['teacher', describeTeacher(facts.teacher)],
    ['scorer', describeScorer(facts.scorer)],
    ['answers', describeUsage(summary)],
    ...requestRows(facts.requests ?? null),
    ...refusedRows(summary),
    ...costRows(summary),
    ...plainRows(summary.plain),
    ...markedRows(summary),
    ...(summary.lacks.length === 0 ? [] : [['written without', countLacks(summary.lacks)]]),
    ...searchRows(summary.search),
    ['time', formatDuration(summary.wallMs) + (summary.resumed ? ', after a resume' : '')],
    ['output', facts.outputFolder],
  ];
  return [
    '',
    ...formatTable(rows.map(([name = '', value = '']) => [style.bold(name), value])),
    ...drawSkipped(summary),
    ...drawLacks(summary.lacks, style),
    ...drawDropped(repositories.dropped, style),
    ...drawDeadLetters(summary.deadLetters, style),
  ];
}

function describeRepositories({ repositories, documents }: RunSummary): string {
  const { written, found } = repositories;
  const divided = documents > written ? `, as ${formatCount(documents)} documents` : '';
  return `${written} written of ${found} found${divided}`;
}

/** What the manifest alone tells. */
export interface FinishedBefore {
  readonly repositories: { readonly found: number; readonly written: number };
  readonly tokens: number;
  readonly packs: number;
  readonly shards: number;
}

export function drawFinished(
  { repositories: { found, written }, tokens, packs, shards }: FinishedBefore,
  { outputFolder }: SummaryFacts,
): string[] {
  const lost = found - written;
  return [
    '',
    'This output was finished before, so nothing was done. Its log/ is gone, so only the manifest tells of it:',
    ...formatTable([
      ['repositories', `${written} written of ${found} found`],
      [
        'tokens',
        `${formatCount(tokens)} in ${plural(packs, 'pack')} and ${plural(shards, 'shard')}`,
      ],
      ['output', outputFolder],
    ]),
    ...(lost > 0 ? [`Why ${lost} made no trajectory stood in the log.`] : []),
  ];
}

const teacherWords: MakerWords = {
  none: 'none',
  noModel: ' (rules, not a language model)',
  end: '',
  plain: printable,
};
const scorerWords: MakerWords = {
  none: 'none: the search was off',
  noModel: ' (no trained weights)',
  end: '',
  plain: printable,
};

export function describeTeacher(teacher: ModelIdentity): string {
  return describeMaker(teacher, teacherWords);
}

export function describeScorer(scorer: ModelIdentity | null): string {
  return describeMaker(scorer, scorerWords);
}

/** The teacher's answers that this data set is made of, also remembered and refused ones. */
function describeUsage({ usage }: RunSummary): string {
  const parts = [formatCount(usage.calls)];
  const tokens = usage.promptTokens + usage.completionTokens;
  if (tokens > 0) parts.push(`${formatCount(tokens)} model tokens`);
  if (usage.microDollars > 0) parts.push(`$${(usage.microDollars / 1e6).toFixed(2)}`);
  return parts.join(', ');
}

/** Requests of this process: the answers may be those of earlier ones, and some brought none. */
function requestRows(requests: Requests | null): string[][] {
  if (requests === null) return [];
  const { sent, unanswered } = requests;
  const lost = unanswered === 0 ? '' : `, ${formatCount(unanswered)} without an answer`;
  return [['requests', `${formatCount(sent)} sent this time${lost}`]];
}

/** Answers that a check refused, mended or not, by check. */
function refusedRows({ usage }: RunSummary): string[][] {
  const counts = Object.entries(usage.refused);
  if (counts.length === 0) return [];
  return [['refused answers', counts.map(([name, n]) => `${formatCount(n)} ${name}`).join(', ')]];
}

/** What a million tokens of the output cost, and of those that are trained. */
function costRows({ usage, tokens, trainedTokens }: RunSummary): string[][] {
  if (usage.microDollars === 0 || tokens === 0) return [];
  const each = (count: number) => `$${(usage.microDollars / count).toFixed(2)}`;
  const trained = trainedTokens === 0 ? '' : `, ${each(trainedTokens)} per million trained tokens`;
  return [['cost', `${each(tokens)} per million tokens${trained}`]];
}

function searchRows(search: SearchTotals | null): string[][] {
  if (search === null || search.targetBytes === 0) return [];
  const { improved, none, outcomes } = search;
  const rows = [['search', `all files: ${bitsPerByte(search)}`]];
  if (improved.targetBytes > 0) {
    rows.push([
      '',
      `${plural(improved.files, 'file')} with a kept rewrite: ${bitsPerByte(improved)}`,
    ]);
  }
  if (none.files > 0) {
    const gain = { ...none, bitsBefore: none.bitsNone };
    rows.push([
      '',
      `against no thought: ${bitsPerByte(gain)}, fewer bits in ${formatCount(none.beatenAfter)} of ${plural(none.files, 'file')} (with the first thoughts ${formatCount(none.beatenBefore)})`,
    ]);
  }
  const counts = Object.entries(outcomes).sort(([a], [b]) => compareText(a, b));
  if (counts.length > 0) {
    rows.push(['', counts.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ')]);
  }
  return rows;
}

/** Bits per byte of code, before and after the search. */
export function bitsPerByte(gain: {
  readonly targetBytes: number;
  readonly bitsBefore: number;
  readonly bitsAfter: number;
}): string {
  const before = gain.bitsBefore / gain.targetBytes;
  const after = gain.bitsAfter / gain.targetBytes;
  return `${before.toFixed(3)} → ${after.toFixed(3)} bits per byte of code`;
}

/** Paths of files left out that are shown for a reason; `--json` has more. */
const pathsShownMax = 3;

function drawSkipped({ skippedFiles, skippedPaths }: RunSummary): string[] {
  const entries = Object.entries(skippedFiles).sort(([a, left], [b, right]) =>
    left === right ? compareText(a, b) : right - left,
  );
  if (entries.length === 0) return [];
  const rows = entries.map(([reason, count]) => {
    const shown = (skippedPaths[reason] ?? []).slice(0, pathsShownMax).map(printable);
    const more = count > shown.length ? [`and ${formatCount(count - shown.length)} more`] : [];
    return ['', formatCount(count), reason, [...shown, ...more].join(', ')];
  });
  return ['', 'Files left out, by reason:', ...formatTable(rows)];
}

/** Files of these kinds earn no thought. */
function plainRows(plain: RunSummary['plain']): [string, string][] {
  const counts = Object.entries(plain).sort(([, a], [, b]) => b - a);
  if (counts.length === 0) return [];
  const told = counts.map(([kind, count]) => `${formatCount(count)} × ${kind}`);
  return [['plain files', told.join(', ')]];
}

/** What gates pointed out and left in place. */
function markedRows({ marked, markedFiles }: RunSummary): [string, string][] {
  const kinds = Object.entries(marked);
  if (kinds.length === 0) return [];
  const told = kinds.map(([kind, count]) => `${formatCount(count)} × ${kind}`).join(', ');
  return [['marked', `${told}, in ${plural(markedFiles, 'file')}`]];
}

/** What a lack is called. */
export function lackName(what: string): string {
  return what === 'purposes' ? 'purpose' : what;
}

/** `3 thought, 1 plan`: how much of each is missing. */
export function countLacks(lacks: readonly { readonly what: string }[]): string {
  return [...Map.groupBy(lacks, ({ what }) => what)]
    .map(([what, { length }]) => `${formatCount(length)} ${lackName(what)}`)
    .join(', ');
}

/** A line for each thing that trajectories were written without. */
function drawLacks(lacks: RunSummary['lacks'], style: Style): string[] {
  return drawList('Written all the same', lacks, style, ({ repository, what, path, reason }) => [
    printable(repository),
    `no ${lackName(what)}`,
    printable(path ?? ''),
    printable(reason),
  ]);
}

/** What was lost, and what to do about it; nothing where nothing was lost. */
export function drawDeadLetters(deadLetters: number, style: Style): string[] {
  if (deadLetters === 0) return [];
  const given = `${plural(deadLetters, 'record')} given up (dead letters).`;
  const advice = 'The same command tries again what failed for a reason that may have passed.';
  return ['', `${style.yellow(given)} ${advice}`];
}

/** A line for each repository that made no trajectory; no lines without one. */
export function drawDropped(dropped: readonly DroppedRepository[], style: Style): string[] {
  const title = 'Repositories that made no trajectory';
  return drawList(title, dropped, style, ({ name, stage, reason, detail }) => [
    printable(name),
    stage,
    reason,
    printable(detail),
  ]);
}

/** A heading with the number of items, a row for each of the first, and how many more there are. */
function drawList<Item>(
  title: string,
  items: readonly Item[],
  style: Style,
  rowOf: (item: Item) => readonly string[],
): string[] {
  if (items.length === 0) return [];
  const rest = items.length - dropsShownMax;
  return [
    '',
    style.yellow(`${title} (${items.length}):`),
    ...formatTable(items.slice(0, dropsShownMax).map((item) => ['', ...rowOf(item)])),
    ...(rest > 0 ? [`  and ${rest} more; --json lists all`] : []),
  ];
}
