/**
 * The numbers of a quality report in words, for the terminal and for the page: sections of rows.
 * What comes from repositories or models stays as it is; whoever shows it makes it safe. Pure.
 */
import type { LackGroup } from '../../../quality/lacks.ts';
import type { QualityReport } from '../../../quality/report.ts';
import type { Tried } from '../../../quality/search.ts';
import type { Share } from '../../../quality/symbols.ts';
import { formatBytes, formatCount, formatShare, plural } from '../../views/format.ts';

export interface QualitySection {
  readonly title: string;
  /** Names of the columns; null where the first cell of each row says what the others are. */
  readonly head: readonly string[] | null;
  readonly rows: readonly (readonly string[])[];
}

export function qualitySections(report: QualityReport): QualitySection[] {
  const sections = [
    overview(report),
    lengths(report),
    thoughtless(report),
    plain(report),
    lacks(report),
    refusedSteps(report),
    refused(report),
    answers(report),
    thoughts(report),
    ...search(report),
    phrases(report),
    register(report),
    unknown(report),
    notes('Estimates', report.sampled),
    notes('Not told', report.untold),
  ];
  return sections.filter(({ rows }) => rows.length > 0);
}

function overview(report: QualityReport): QualitySection {
  const { tokens, trainedTokens, incompleteTrajectories, closed } = report;
  const trained = formatShare(trainedTokens / Math.max(1, tokens));
  const rows = [
    ['data set', report.dataset],
    ['trajectories', formatCount(report.trajectories)],
    ['files', formatCount(report.files)],
    ['steps', `${formatCount(report.steps)} (reads, thoughts, writes)`],
    ['tokens', `${formatCount(tokens)}, ${trained} trained`],
    ['manifest', report.head],
  ];
  if (!closed) rows.push(['state', 'still grows: what is not in shards yet is not counted']);
  if (incompleteTrajectories > 0) {
    const count = plural(incompleteTrajectories, 'trajectory', 'trajectories');
    rows.push(['not counted', `${count} of which only some pieces are in shards`]);
  }
  return { title: 'Output', head: null, rows };
}

function lengths(report: QualityReport): QualitySection {
  const rows = Object.entries(report.lengths).map(([kind, each]) => [
    kind,
    ...[each.count, each.sum, each.mean, each.p50, each.p90, each.p99, each.max].map(formatCount),
  ]);
  const head = ['kind', 'number', 'sum', 'mean', 'p50', 'p90', 'p99', 'longest'];
  return { title: 'Lengths in tokens', head, rows };
}

function thoughtless({ thoughtless: { files, share, groups } }: QualityReport): QualitySection {
  const title = `Files without the thought that they earn: ${formatCount(files)}, ${formatShare(share)}`;
  return { title, head: lackHead, rows: groups.map(lackRow) };
}

function plain({ plain: { files, share, kinds } }: QualityReport): QualitySection {
  const rows = Object.entries(kinds).map(([kind, count]) => [kind, formatCount(count)]);
  const title = `Files that earn no thought: ${formatCount(files)}, ${formatShare(share)}`;
  return { title, head: null, rows };
}

const lackHead = ['number', 'missing', 'code', 'check', 'for example'];

function lackRow({ what, code, check, count, example }: LackGroup): string[] {
  return [formatCount(count), what, code, check ?? '-', example];
}

function lacks(report: QualityReport): QualitySection {
  return { title: 'Also written without', head: lackHead, rows: report.lacks.map(lackRow) };
}

function refusedSteps({ refusedSteps: groups }: QualityReport): QualitySection {
  const rows = groups.map(({ check, steps, answers, givenUp }) => [
    check,
    ...[steps, answers, givenUp].map(formatCount),
  ]);
  const head = ['check', 'steps', 'answers refused', 'given up'];
  return { title: 'Plans and thoughts asked for again or given up, by check', head, rows };
}

function refused({ refused: counts, finish }: QualityReport): QualitySection {
  const rows = Object.entries(counts ?? {}).map(([check, count]) => [check, formatCount(count)]);
  for (const [reason, count] of Object.entries(finish)) {
    if (count > 0) rows.push([`given up, finish reason ${reason}`, formatCount(count)]);
  }
  return {
    title: 'Answers refused, those of the search and mended ones included',
    head: null,
    rows,
  };
}

function answers({ answers: counts }: QualityReport): QualitySection {
  const rows = Object.entries(counts ?? {}).map(([end, count]) => [end, formatCount(count)]);
  return { title: 'Answers by finish reason', head: null, rows };
}

function thoughts({ repetition, symbols, rewritten }: QualityReport): QualitySection {
  const { runWords, selfRepetition, sourceOverlap } = repetition;
  const reference = (each: { readonly share: number; readonly reference: number }) =>
    `${formatFine(each.share)} (reference ${formatFine(each.reference)})`;
  const rows = [
    [`runs of ${runWords} words said before in the document`, reference(selfRepetition)],
    [`runs of ${runWords} words that stand in its files`, reference(sourceOverlap)],
    ['names in thoughts that exist in the repository', describeShare(symbols.existing)],
    ['definitions named by the thought before them', describeShare(symbols.announced)],
  ];
  if (rewritten !== null) {
    rows.push(['thoughts rewritten by the search', describeShare(rewritten)]);
  }
  return { title: 'Thoughts', head: null, rows };
}

/** Shares below a percent need more digits. */
function formatFine(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}

function describeShare({ share, found, of }: Share): string {
  return of === 0 ? 'none' : `${formatShare(share)} (${formatCount(found)} of ${formatCount(of)})`;
}

function search({ search: found }: QualityReport): QualitySection[] {
  if (found === null) return [];
  const { rounds, outcomes, places, thoughtBytes, growth, scorers } = found;
  const perByte = (bits: number) => bits.toFixed(4);
  const tried = ({ rewrites, accepted }: Tried) => {
    return [rewrites, accepted].map(formatCount).concat(shareOfTried(rewrites, accepted));
  };
  const overview = [
    ...scorers.map(({ model, configuration, files }) => [
      'scored by',
      `${model}, configuration ${configuration.slice(0, 12)}: ${plural(files, 'file')}`,
    ]),
    ['code scored', `${formatBytes(found.targetBytes)} of ${plural(found.files, 'file')}`],
    [
      'thoughts',
      `${formatBytes(thoughtBytes.before)} before, ${formatBytes(thoughtBytes.after)} after`,
    ],
    ...Object.entries(outcomes).map(([outcome, count]) => [
      `rewrites ${outcome}`,
      formatCount(count),
    ]),
  ];
  const byRound = [
    ['first thoughts', perByte(rounds.before), '', '', ''],
    ...rounds.after.map((round, at) => [`${at + 1}`, perByte(round.bitsPerByte), ...tried(round)]),
  ];
  const byPlace = places.map((place, at) => [`${at + 1}`, ...tried(place)]);
  const byGrowth = growth.map(({ timesMax, files, gain }) => [
    timesMax === null ? 'longer' : `to ${timesMax} times`,
    formatCount(files),
    formatShare(gain),
  ]);
  const scored = `${plural(rounds.files, 'file')} that are written at once`;
  return [
    { title: 'Search', head: null, rows: overview },
    {
      title: `Bits per byte of code by round of the search, ${scored}`,
      head: ['round', 'bits per byte', 'rewrites', 'accepted', 'share'],
      rows: byRound,
    },
    {
      title: 'Rewrites by their place in a round',
      head: ['place', 'rewrites', 'accepted', 'share'],
      rows: byPlace,
    },
    {
      title: 'Gain by the growth of thoughts',
      head: ['kept thoughts', 'files', 'bits lost'],
      rows: byGrowth,
    },
  ];
}

function shareOfTried(rewrites: number, accepted: number): string {
  return rewrites === 0 ? '' : formatShare(accepted / rewrites);
}

function phrases({ phrases: { thoughts: count, distinct, common } }: QualityReport) {
  const rows = [
    ...distinct.map(({ words, share }) => [
      formatShare(share),
      `of phrases of ${words} words are different ones (100 %: no two thoughts share any)`,
    ]),
    ...common.map((each) => [formatCount(each.thoughts), each.phrase]),
  ];
  const title = `Phrases across ${plural(count, 'thought')}: names are \`…\``;
  return { title, head: null, rows: count === 0 ? [] : rows };
}

function register({ register: { words, per10k } }: QualityReport): QualitySection {
  const rows = Object.entries(per10k).map(([word, rate]) => [word, rate.toFixed(1)]);
  const title = `Words per 10,000 of ${plural(words, 'word')}`;
  return { title, head: null, rows: words === 0 ? [] : rows };
}

function unknown({ symbols }: QualityReport): QualitySection {
  const rows = symbols.unknown.map((name) => [name]);
  return { title: 'Some names that no file of their document has', head: null, rows };
}

function notes(title: string, lines: readonly string[]): QualitySection {
  return { title, head: null, rows: lines.map((line) => [line]) };
}
