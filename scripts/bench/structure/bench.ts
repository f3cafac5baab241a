/**
 * `npm run bench -- structure [--language NAME] [--repository FOLDER] [--examples N] [--json]`:
 * compares the edges that services/stages/extract finds in real repositories with those of each
 * language's own tool, and measures how well the file order respects them. Repositories are fetched
 * from the registries once and cached ($BACKSTORY_BENCH_CACHE). A language whose tool is not
 * installed is skipped with a message.
 */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Structure } from '../../../services/stages/extract/resolve/structure.ts';
import type { Report } from '../../bench.ts';
import { BenchError, cacheFolder, obtain, requireTools, runTool } from './obtain/tools.ts';
import { extractFolder } from './score/extract-folder.ts';
import type { Checkout, Context, Oracle } from './score/oracle.ts';
import { oracles } from './score/oracles.ts';
import { type Share, scoreOrder } from './score/order-score.ts';
import {
  addScores,
  type Mistakes,
  precisionOf,
  recallOf,
  type Score,
  scoreEdges,
} from './score/score.ts';

interface Options {
  readonly language: string | null;
  /** Score this folder instead of the published repositories. */
  readonly repository: string | null;
  /** Only the published repository of this name. */
  readonly only: string | null;
  readonly examples: number;
}

export async function run(report: Report): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const cache = cacheFolder(process.env);
  await mkdir(cache, { recursive: true });
  const context = { run: runTool, cache };
  const chosen = oracles.filter(({ language }) => (options.language ?? language) === language);
  if (chosen.length === 0) {
    const known = oracles.map(({ language }) => language).join(', ');
    throw new BenchError(
      'BENCH_TOOL_MISSING',
      `no oracle for ${options.language}; one of ${known}`,
    );
  }
  for (const oracle of chosen) {
    await orSay(async () => {
      await requireTools(oracle.tools, runTool);
      await measureLanguage(oracle, options, context, report);
    });
  }
}

function readOptions(argv: string[]): Options {
  const { values } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      language: { type: 'string' },
      repository: { type: 'string' },
      only: { type: 'string' },
      examples: { type: 'string', default: '3' },
    },
  });
  return {
    language: values.language ?? null,
    repository: values.repository ?? null,
    only: values.only ?? null,
    examples: Number(values.examples),
  };
}

/** Reports on standard error what cannot be measured here, and continues with the rest. */
async function orSay(step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    console.error(`SKIPPED: ${error.message}`);
    process.exitCode = 1;
  }
}

async function measureLanguage(
  oracle: Oracle,
  options: Options,
  context: Context,
  report: Report,
): Promise<void> {
  const scores: Score[] = [];
  const measure = async (checkout: Checkout) => {
    const score = await measureCheckout(oracle, checkout, context, options, report);
    scores.push(score);
  };
  if (options.repository !== null) {
    const folder = resolve(options.repository);
    await measure({ name: options.repository, folder, roots: [''], options: [] });
    return;
  }
  for (const repository of oracle.repositories) {
    if (options.only !== null && options.only !== repository.name) continue;
    await orSay(async () => {
      const folder = await obtain(oracle.language, repository, context);
      const { name, roots = [''], options: told = [] } = repository;
      await measure({ name, folder, roots, options: told });
    });
  }
  if (scores.length > 1) reportScore(`${oracle.language}, all`, addScores(scores), oracle, report);
}

async function measureCheckout(
  oracle: Oracle,
  checkout: Checkout,
  context: Context,
  options: Options,
  report: Report,
): Promise<Score> {
  const structure = await extractFolder(checkout.folder);
  const own = new Set(
    structure.files
      .filter(({ language }) => oracle.languages.includes(language))
      .map(({ path }) => path),
  );
  const verdict = await oracle.judge(checkout, context);
  const judged = new Set([...verdict.judged].filter((path) => own.has(path)));
  const score = scoreEdges(structure.edges, { ...verdict, judged }, oracle.neutral);
  const name = `${oracle.language} ${checkout.name}`;
  // Without a judged file every score would be perfect, as when a compiler gave up.
  if (judged.size === 0) {
    throw new BenchError('BENCH_NOTHING_JUDGED', `${name}: its judge said nothing of any file`);
  }
  report({ metric: `${name}: files judged`, value: judged.size, unit: 'files' });
  reportScore(name, score, oracle, report);
  for (const [what, mistakes] of [
    ['missed', score.missed],
    ['invented', score.invented],
  ] as const) {
    for (const each of mistakes) reportMistakes(name, what, each, options.examples, report);
  }
  reportOrder(name, structure, options.examples, report);
  return score;
}

/** The figures of a score; `baseline` is the required value. */
function reportScore(name: string, score: Score, oracle: Oracle, report: Report): void {
  const { precision, recall } = oracle.required;
  report({ metric: `${name}: edges given`, value: score.given, unit: 'edges' });
  report({ metric: `${name}: edges required`, value: score.required, unit: 'edges' });
  const share = (metric: string, value: number, baseline: number) =>
    report({ metric: `${name}: ${metric}`, value, unit: 'share', baseline });
  share('precision', precisionOf(score), precision);
  share('recall', recallOf(score), recall);
}

/** The order of the whole repository, whatever the languages of its files. */
function reportOrder(
  name: string,
  { order, edges }: Structure,
  examples: number,
  report: Report,
): void {
  const { outsideCycles, insideCycles, tests, broken } = scoreOrder(order, edges);
  const part = (what: string, { kept, all }: Share, baseline: number | null) =>
    report({
      metric: `${name}: order, ${what} (${all})`,
      value: all === 0 ? 1 : kept / all,
      unit: 'share',
      baseline,
    });
  part('edges outside cycles', outsideCycles, 1);
  part('edges inside cycles', insideCycles, null);
  part('sources before their tests', tests, 1);
  if (broken.length > 0) {
    reportMistakes(name, 'order', { name: 'broken', edges: broken }, examples, report);
  }
}

function reportMistakes(
  name: string,
  what: string,
  { name: kind, edges }: Mistakes,
  examples: number,
  report: Report,
): void {
  report({ metric: `${name}: ${what}, ${kind}`, value: edges.length, unit: 'edges' });
  for (const { from, to } of edges.slice(0, examples)) console.error(`    ${from} -> ${to}`);
}
