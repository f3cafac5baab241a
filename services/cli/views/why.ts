/** Draws the answer of `why`: the story of each repository from its source to its tokens. Pure. */
import { printable } from '../../dataset/printable.ts';
import type {
  DropFact,
  FileFact,
  GateFacts,
  RepositoryStory,
  SampleFact,
  Why,
} from '../../dataset/why/answer.ts';
import type { FilePlaces, TokenSpan } from '../../dataset/why/file-places.ts';
import type { Style } from '../style.ts';
import { formatBytes, formatCount, formatTable, plural, truncate, wrapProse } from './format.ts';
import { countLacks, describeScorer, describeTeacher } from './summary.ts';

type Row = readonly [name: string, value: string];

export function drawWhy(why: Why, style: Style, columns: number): string[] {
  const lines = why.repositories.flatMap((story) => ['', ...drawStory(story, style, columns)]);
  if (why.more > 0)
    lines.push('', `and ${plural(why.more, 'more repository', 'more repositories')}`);
  for (const part of why.missing) lines.push('', style.yellow(`not looked into: ${part}`));
  return lines.slice(1);
}

function drawStory(story: RepositoryStory, style: Style, columns: number): string[] {
  const { verdict, file } = story;
  const paint = verdict.state === 'in' ? style.green : style.yellow;
  const rows: Row[] = [
    ['repository', printable(story.name)],
    ['verdict', `${verdict.state}: ${printable(verdict.why)}`],
    ...originRows(story),
    ...licenceRows(story),
    ...(story.gates === null ? [] : gateRows(story.gates)),
    ...story.drops.map((drop): Row => ['dropped', endOf(drop)]),
    ...story.letters.map((letter): Row => {
      return ['given up', `${endOf(letter)}, after ${plural(letter.attempts, 'try', 'tries')}`];
    }),
    ...duplicateRows(story),
    ...workRows(story),
    ...story.samples.flatMap(sampleRows),
  ];
  return [
    ...drawRows(rows, style, columns),
    ...(file === null ? [] : ['', ...drawRows(fileRows(file), style, columns)]),
  ].map((line, position) => (position === 1 ? paint(line) : line));
}

/** Names in a column, values wrapped beside it. */
function drawRows(rows: readonly Row[], style: Style, columns: number): string[] {
  const width = Math.max(20, columns - 16);
  const cells = rows.flatMap(([name, value]) => {
    const lines = value.split('\n').flatMap((line) => wrapProse(line, width));
    return lines.map((line, position) => [position === 0 ? style.bold(name) : '', line]);
  });
  return formatTable(cells);
}

function originRows({ origin, commit, hosted, source, repositoryId }: RepositoryStory): Row[] {
  const at = commit === null ? ', no commit known' : ` at commit ${commit}`;
  return [
    ['from', printable(origin) + at],
    ...(hosted === null
      ? []
      : [
          [
            'code host',
            `${printable(hosted.host)}: ${printable(hosted.name)}${hosted.fork ? ', a fork' : ''}; its licence by the host: ${printable(hosted.licence ?? 'none')}`,
          ] as const,
        ]),
    ...(source === null
      ? []
      : [
          [
            'archive',
            `${source.format}, ${formatBytes(source.bytes)}, source ${source.position} of the input; SHA-256 ${source.archiveSha256}`,
          ] as const,
        ]),
    ['id', repositoryId],
  ];
}

/** Lines of evidence that are shown; `--json` has all. */
const evidenceMax = 12;

function licenceRows({ licence }: RepositoryStory): Row[] {
  if (licence === null) return [];
  const evidence = licence.evidence ?? [];
  const shown = evidence
    .slice(0, evidenceMax)
    .map(({ path, identifier, score }) => `${printable(path)} states ${identifier} (${score})`);
  const more = evidence.length - shown.length;
  if (more > 0) shown.push(`and ${formatCount(more)} more`);
  return [['licence', [licence.expression, ...shown].join('\n')]];
}

function gateRows(gates: GateFacts): Row[] {
  const rows: Row[] = [
    [
      'gates',
      `version ${gates.version}: ${plural(gates.files, 'file')} admitted, ${formatBytes(gates.bytes)}`,
    ],
  ];
  const skipped = countsOf(gates.skipped);
  if (skipped !== '') rows.push(['left out', skipped]);
  const redacted = countsOf(gates.redacted);
  if (redacted !== '') {
    rows.push(['redacted', `${redacted} in ${plural(gates.redactedFiles, 'file')}`]);
  }
  const marked = countsOf(gates.marked);
  if (marked !== '') rows.push(['marked', `${marked} in ${plural(gates.markedFiles, 'file')}`]);
  return rows;
}

function countsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${formatCount(count)} ${printable(what)}`)
    .join(', ');
}

function endOf({ stage, reason, detail }: Pick<DropFact, 'stage' | 'reason' | 'detail'>): string {
  return `by ${stage}: ${reason}: ${printable(detail)}`;
}

function duplicateRows({ duplicates: { of, later } }: RepositoryStory): Row[] {
  return [
    ...(of === null ? [] : [['duplicate of', printable(of)] as const]),
    ...(later.length === 0 ? [] : [['came again as', later.map(printable).join(', ')] as const]),
  ];
}

function workRows({ plan, work, usage, lacks }: RepositoryStory): Row[] {
  const rows: Row[] = [];
  if (plan !== null) {
    const { files, edges, unresolvedImports } = plan;
    rows.push([
      'plan',
      `${plural(files, 'file')}, ${plural(edges, 'dependency', 'dependencies')}, ${plural(unresolvedImports, 'import')} unresolved; by ${describeTeacher(plan.teacher)}`,
    ]);
  }
  if (work !== null) {
    const candidates = countsOf(work.candidates);
    const tried = candidates === '' ? '' : `; candidates: ${candidates}`;
    rows.push([
      'thoughts',
      `${formatCount(work.thoughts)}, ${formatCount(work.rewritten)} rewritten; files: ${countsOf(work.files)}${tried}`,
    ]);
  }
  if (usage !== null) {
    const tokens = usage.promptTokens + usage.completionTokens;
    rows.push([
      'cost',
      `${plural(usage.calls, 'call')}, ${formatCount(tokens)} model tokens, $${(usage.microDollars / 1e6).toFixed(2)}`,
    ]);
  }
  const missing = lacks.filter(({ what }) => what !== 'plain');
  if (missing.length > 0) rows.push(['written without', countLacks(missing)]);
  return rows;
}

function sampleRows({ id, episode, whole, pieces, scorer, runId }: SampleFact): Row[] {
  const which = episode === null ? '' : `, episode ${episode.number} of ${episode.of}`;
  const part = whole ? '' : ', not all in shards yet';
  const places = pieces.map(({ shard, pack, tokens, prefixTokens, documentTokens }) => {
    const repeated = prefixTokens === 0 ? '' : `, the first ${prefixTokens} repeat earlier ones`;
    return `${placeOf({ shard, pack, tokens })}: tokens ${documentTokens.join('-')} of the document${repeated}`;
  });
  const by = `run ${runId}, scorer ${describeScorer(scorer)}`;
  return [['sample', [`${id}${which}${part}; ${by}`, ...places].join('\n')]];
}

function placeOf({ shard, pack, tokens }: TokenSpan): string {
  return `${shard}, pack ${pack}, tokens ${tokens.join('-')}`;
}

function fileRows(file: FileFact): Row[] {
  const { line, work, places } = file;
  const rows: Row[] = [
    ['file', `${printable(file.path)}${line === null ? '' : `, line ${line}`}`],
    ['verdict', `${file.state}: ${printable(file.why)}`],
  ];
  if (file.sha256 !== null) {
    rows.push(['content', `${formatBytes(file.bytes ?? 0)}, SHA-256 ${file.sha256}`]);
  }
  if (file.language !== null) rows.push(['language', file.language]);
  if (file.licences.length > 0) rows.push(['states', file.licences.join(', ')]);
  if ((file.redactions ?? 0) > 0) {
    const kinds = countsOf(file.redacted);
    rows.push(['redacted', kinds === '' ? `${file.redactions} of unrecorded kind` : kinds]);
  }
  const marked = countsOf(file.marked);
  if (marked !== '') rows.push(['marked', marked]);
  if (file.purpose !== null) rows.push(['purpose', printable(file.purpose)]);
  if (file.dependsOn.length > 0)
    rows.push(['depends on', file.dependsOn.map(printable).join(', ')]);
  if (work !== null) rows.push(['thoughts', thoughtsOf(work)]);
  if (places.length > 0) rows.push(['tokens', places.map(drawPlace).join('\n')]);
  return rows;
}

function thoughtsOf(work: NonNullable<FileFact['work']>): string {
  const { status, reason, thoughts, rewritten, candidates, usage } = work;
  const why = reason === null ? '' : ` (${printable(reason)})`;
  const tried = countsOf(candidates);
  const head = `${status}${why}: ${plural(thoughts.length, 'thought')}, ${rewritten} rewritten${tried === '' ? '' : `; candidates: ${tried}`}; ${plural(usage.calls, 'call')}, $${(usage.microDollars / 1e6).toFixed(4)}`;
  return [head, ...thoughts.map((text) => printable(truncate(text, 300)))].join('\n');
}

function drawPlace({ as, lines, trained, spans, text }: FilePlaces): string {
  const what = as === 'write' ? 'written' : 'shown before another file';
  const range = lines === null ? '' : ` (lines ${lines.join('-')})`;
  const mask = trained ? 'trained' : 'not trained';
  const quoted = text === null ? '' : `\n  ${printable(text.trimEnd())}`;
  return `${what}${range}, ${mask}: ${spans.map(placeOf).join('; ')}${quoted}`;
}
