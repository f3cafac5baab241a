/**
 * `npm run bench -- secrets [--packages FOLDER] [--megabytes N] [--examples N] [--json]`: our
 * scanner of secrets beside detect-secrets, gitleaks and kingfisher, on the same files in one run:
 * planted keys in many syntaxes, and files of released packages. No peer validates anything over
 * the network. Packages and peers are obtained once and cached; what cannot be had is said.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Files, writeFiles } from '../../../test/samples/write-files.ts';
import type { Report } from '../../bench.ts';
import { obtainPackages } from '../corpora/fetch-packages.ts';
import { usePeer } from '../peers/install.ts';
import { cacheFolder, runTool } from '../structure/obtain/tools.ts';
import { donorsOf, readNegatives } from './negatives.ts';
import { longestLeft, type Planted, plantAll } from './plant.ts';
import { type Scan, type ScannedFile, scanners } from './scanners.ts';

/** A run of so many characters of a secret that stays readable is a leak. */
const leakCharacters = 4;

interface Corpus {
  readonly folder: string;
  readonly planted: readonly Planted[];
  readonly negatives: readonly ScannedFile[];
}

export async function run(report: Report): Promise<void> {
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      packages: { type: 'string' },
      megabytes: { type: 'string', default: '100' },
      examples: { type: 'string', default: '0' },
    },
  });
  const context = { run: runTool, cache: cacheFolder(process.env) };
  await mkdir(context.cache, { recursive: true });
  const packages = values.packages ?? (await obtainPackages(context));
  const negatives = await readNegatives(packages, Number(values.megabytes) * 1e6);
  const folder = await mkdtemp(join(tmpdir(), 'backstory-secrets-'));
  try {
    const corpus = { folder, planted: plantAll(donorsOf(negatives)), negatives };
    writeFiles(join(folder, 'planted'), textsOf(corpus.planted));
    writeFiles(join(folder, 'negatives'), textsOf(negatives));
    reportCorpus(corpus, report);
    for (const { name, open } of scanners) {
      await usePeer(name, async () =>
        compare(name, await open(context), corpus, Number(values.examples), report),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function textsOf(files: readonly ScannedFile[]): Files {
  return Object.fromEntries(files.map(({ path, text }) => [path, text]));
}

function reportCorpus({ planted, negatives }: Corpus, report: Report): void {
  const kinds = new Set(planted.map(({ kind }) => kind)).size;
  const syntaxes = new Set(planted.map(({ syntax }) => syntax)).size;
  report({ metric: 'planted keys', value: planted.length, unit: 'keys' });
  report({ metric: 'their kinds', value: kinds, unit: 'kinds' });
  report({ metric: 'their syntaxes', value: syntaxes, unit: 'syntaxes' });
  report({ metric: 'negatives', value: negatives.length, unit: 'files' });
  report({ metric: 'negatives', value: megabytesOf(negatives), unit: 'MB' });
}

function megabytesOf(files: readonly ScannedFile[]): number {
  return files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / 1e6;
}

async function compare(
  name: string,
  scan: Scan,
  { folder, planted, negatives }: Corpus,
  examples: number,
  report: Report,
): Promise<void> {
  const found = await scan(join(folder, 'planted'), planted);
  const judged = planted.map((each) => {
    const hits = found.hits.get(each.path) ?? [];
    const { start, end } = each.value;
    const isFound = hits.some((hit) => hit.start < end && start < hit.end);
    return { each, isFound, left: longestLeft(each, hits) };
  });
  const share = (test: (one: (typeof judged)[number]) => boolean) =>
    judged.filter(test).length / judged.length;
  report({ metric: `${name}: recall`, value: share(({ isFound }) => isFound), unit: 'of keys' });
  const leaking = ({ left }: { left: number }) => left >= leakCharacters;
  const metric = `${name}: ${leakCharacters} characters left`;
  report({ metric, value: share(leaking), unit: 'of keys' });
  const quiet = await scan(join(folder, 'negatives'), negatives);
  const hits = [...quiet.hits.values()].reduce((sum, each) => sum + distinct(each), 0);
  const size = megabytesOf(negatives);
  report({ metric: `${name}: findings in negatives`, value: hits / size, unit: 'a MB' });
  report({ metric: `${name}: speed of one core`, value: size / quiet.seconds, unit: 'MB/s' });
  const missed = judged.filter(leaking);
  reportMissed(
    name,
    missed.map(({ each }) => each),
    examples,
  );
}

/** Findings that do not overlap: two rules for one value are one finding. */
function distinct(hits: readonly { readonly start: number; readonly end: number }[]): number {
  let count = 0;
  let last = -1;
  for (const { start, end } of hits.toSorted((a, b) => a.start - b.start)) {
    if (start >= last) count += 1;
    last = Math.max(last, end);
  }
  return count;
}

function reportMissed(name: string, missed: readonly Planted[], examples: number): void {
  if (examples === 0) return;
  for (const { kind, syntax, text, value } of missed.slice(0, examples)) {
    const line = text.slice(text.lastIndexOf('\n', value.start - 1) + 1, value.end + 3);
    console.error(`${name} leaves: ${kind} in ${syntax}: ${line.split('\n')[0]?.slice(0, 160)}`);
  }
}
