/**
 * The data set card: the contents of the export, their sources, licences and makers, and how to
 * load them. It depends on the data alone and on no clock, so equal data have equal cards.
 */
import { compareText } from '../../schemas/compare-text.ts';
import type { ManifestEntry } from '../../schemas/manifest.ts';
import { describeMaker, type MakerWords } from '../dataset/makers.ts';
import type { GateFacts } from '../dataset/run-log/gates.ts';
import type { Census } from './census.ts';
import type { FileFacts } from './folder.ts';
import type { ExportFormat } from './format.ts';
import type { ExportReport } from './report.ts';

export interface CardFacts {
  readonly head: ManifestEntry;
  readonly census: Census;
  readonly format: ExportFormat;
  readonly report: Omit<ExportReport, 'files'>;
  readonly gates: GateFacts | null;
  readonly files: readonly FileFacts[];
}

/** Titles of the sections that a card cannot do without. */
export const cardSections = {
  contents: 'What is in it',
  makers: 'Who wrote and who judged',
  licences: 'Licences',
  sources: 'Sources',
  gates: 'What was left out',
  loading: 'How to load it',
} as const;

/** How the section on what was left out begins where nobody could tell. */
export const logNotAtHand = 'The log of the run was not at hand';

export function drawCard(facts: CardFacts): string {
  const sections = [
    frontMatter(facts),
    introduction(facts),
    contents(facts),
    makers(facts),
    licences(facts),
    sources(facts),
    gates(facts.gates),
    [...loading(facts.format), ...settings(facts.format)],
    checksums(facts.files),
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Licences that the Hugging Face hub knows, by SPDX identifier. */
const hubLicences: Readonly<Record<string, string>> = {
  'Apache-2.0': 'apache-2.0',
  'BSD-2-Clause': 'bsd-2-clause',
  'BSD-3-Clause': 'bsd-3-clause',
  ISC: 'isc',
  MIT: 'mit',
  'MPL-2.0': 'mpl-2.0',
  Unlicense: 'unlicense',
};

function frontMatter({ head, census, format }: CardFacts): string[] {
  const names = census.licences.map(([licence]) => licence);
  const known = names.map((name) => hubLicences[name]).filter((name) => name !== undefined);
  // The field holds one licence. Several, or one unknown to the hub, are listed in the text below.
  const licence = names.length === 1 && known.length === 1 ? known[0] : 'other';
  const configurations = format.parts.flatMap(({ name, files }, position) => [
    `  - config_name: ${name}`,
    `    data_files: ${JSON.stringify(files)}`,
    ...(position === 0 ? ['    default: true'] : []),
  ]);
  return [
    '---',
    `pretty_name: ${JSON.stringify(head.dataset)}`,
    `license: ${licence}`,
    'task_categories:',
    '  - text-generation',
    'tags:',
    '  - code',
    '  - synthetic',
    '  - development-trajectories',
    ...(format.tags ?? []).map((tag) => `  - ${tag}`),
    `size_categories:`,
    `  - ${sizeCategory(census.totals.documents)}`,
    ...(configurations.length > 0 ? ['configs:', ...configurations] : []),
    '---',
  ];
}

function sizeCategory(rows: number): string {
  const bounds: [number, string][] = [
    [1e3, 'n<1K'],
    [1e4, '1K<n<10K'],
    [1e5, '10K<n<100K'],
    [1e6, '100K<n<1M'],
  ];
  return bounds.find(([bound]) => rows < bound)?.[1] ?? '1M<n<10M';
}

function introduction({ head, report }: CardFacts): string[] {
  return [
    `# ${plain(head.dataset)}`,
    '',
    'Development trajectories reconstructed from source repositories: plan, read, think and write, file by file, until the repository is complete. Files and observations are repository bytes; thoughts and plans are made by the teacher below. Made by backstory for continued pretraining.',
    ...(report.closed
      ? []
      : ['', '**The data set still grows: this is its state when exported.**']),
    ...(report.incompleteDocuments === 0
      ? []
      : [
          '',
          `Of ${report.incompleteDocuments} documents some pieces are in no shard yet: they are in the packs and not in the counts of documents.`,
        ]),
  ];
}

function contents({ head, census, format, report }: CardFacts): string[] {
  const { totals } = census;
  const rows = [
    ['repositories', count(totals.repositories)],
    ['documents', count(totals.documents)],
    ['files', count(totals.files)],
    ['text', `${count(totals.textBytes)} bytes`],
    ['tokens', count(totals.tokens)],
    ['trained', share(totals.trainedTokens, totals.tokens)],
    ['packs', count(totals.packs)],
    ['context length', `${count(head.contextLength)} tokens`],
    ['left empty in packs', percent(totals.paddingShare)],
    ['tokenizer', `${head.tokenizer.name}, end of text ${head.tokenizer.endOfText}`],
    ['template', head.tokenizer.template],
    ['masking', head.tokenizer.masking],
    ['tokenizer fingerprint', `\`${head.tokenizer.fingerprint}\``],
    ['run', `\`${head.runId}\``],
    ['manifest', `\`${report.manifest}\``],
    ...(report.optOuts === null ? [] : [['opt-outs', `\`${report.optOuts}\``]]),
  ];
  return [
    `## ${cardSections.contents}`,
    '',
    `${format.summary} \`provenance/\` says for each piece of each pack where it is from; \`tokenizer.json\` is the tokenizer.`,
    '',
    ...table(['what', 'value'], rows),
  ];
}

function makers({ census }: CardFacts): string[] {
  return [
    `## ${cardSections.makers}`,
    '',
    ...census.teachers.map((teacher) => `- Teacher: ${describeMaker(teacher, teacherWords)}`),
    ...census.scorers.map((scorer) => `- Scorer: ${describeMaker(scorer, scorerWords)}`),
  ];
}

const teacherWords: MakerWords = {
  none: 'none.',
  noModel: '. It is a set of rules, **not a language model**.',
  end: '.',
  plain,
};

const scorerWords: MakerWords = {
  none: 'none, the search was off.',
  noModel: ', without trained weights.',
  end: '.',
  plain,
};

function licences({ census }: CardFacts): string[] {
  const rows = census.licences.map(([licence, { repositories, files, tokens }]) => [
    plain(licence),
    count(repositories),
    count(files),
    count(tokens),
  ]);
  return [
    `## ${cardSections.licences}`,
    '',
    'As found in the sources. The code stays under the licence of its repository.',
    '',
    ...table(['licence', 'repositories', 'files', 'tokens'], rows),
  ];
}

function sources({ census }: CardFacts): string[] {
  const rows = census.sources.map(({ name, origin, commit, licence, files, tokens }) => [
    plain(name),
    plain(origin),
    plain(commit ?? ''),
    plain(licence),
    count(files),
    count(tokens),
  ]);
  const more = census.totals.repositories - rows.length;
  return [
    `## ${cardSections.sources}`,
    '',
    ...table(['name', 'origin', 'commit', 'licence', 'files', 'tokens'], rows),
    ...(more > 0 ? ['', `And ${count(more)} more: \`provenance/\` names every one.`] : []),
  ];
}

function gates(found: GateFacts | null): string[] {
  const title = [`## ${cardSections.gates}`, ''];
  if (found === null) {
    return [...title, `${logNotAtHand}, so what its gates left out or replaced is not known here.`];
  }
  const reasons = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([a], [b]) => compareText(a, b))
      .map(([reason, times]) => `${plain(reason)} ${count(times)}`)
      .join(', ') || 'none';
  return [
    ...title,
    `- Repositories dropped: ${reasons(found.droppedRepositories)}.`,
    `- Files not admitted: ${reasons(found.skippedFiles)}.`,
    `- Secrets and personal data replaced: ${count(found.redactions)} in ${count(found.redactedFiles)} files.`,
    `- Pointed out and left in place, in ${count(found.markedFiles)} files: ${reasons(found.marked)}.`,
  ];
}

function loading({ loading: lines }: ExportFormat): string[] {
  return [`## ${cardSections.loading}`, '', '```python', ...lines, '```'];
}

/** Exact words for the readers that would otherwise train on other tokens. */
function settings({ settings: rows = [] }: ExportFormat): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map(({ reader, set, otherwise }) => [reader, set, otherwise]);
  return ['', '## What to set', '', ...table(['reader', 'set', 'otherwise'], cells)];
}

/** Checksums in the card at most; export.json has all. */
const checksumsShownMax = 50;

function checksums(files: readonly FileFacts[]): string[] {
  const shown = files.slice(0, checksumsShownMax);
  const rows = shown.map(({ path, bytes, sha256 }) => [plain(path), count(bytes), `\`${sha256}\``]);
  return [
    '## Checksums',
    '',
    `SHA-256 of ${files.length > shown.length ? `the first ${shown.length} of ${files.length} files` : 'every file'}; \`export.json\` has them for machines.`,
    '',
    ...table(['file', 'bytes', 'sha256'], rows),
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}

/** Escapes names from repositories, so that they cannot break out of a cell or add markup. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(/[|\\`*_[\]<>#!]/g, (mark) => `\\${mark}`);
}

/** With thousands commas, independent of the machine's locale. */
function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function share(part: number, whole: number): string {
  return `${count(part)} tokens (${percent(whole === 0 ? 0 : part / whole)})`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
