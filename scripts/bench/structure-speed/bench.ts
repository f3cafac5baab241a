/**
 * `npm run bench -- structure-speed [--only LANGUAGE,…] [--memory MEGABYTES] [--json]`: MB a second
 * of one core from bytes in memory to structure, beside parsing alone (`baseline`) and `ctags -R`
 * on the same files, and how it scales from 1 to 100 MB. With --memory it measures only the memory
 * of all processes while one extractor reads that much in repositories of 100 MB. Time is processor
 * time of every process. Linux only.
 */
import { fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { languages } from '../../../services/stages/extract/languages/list.ts';
import type { Report } from '../../bench.ts';
import { cacheFolder, obtain, requireTools, runTool } from '../structure/obtain/tools.ts';
import { type BareFile, bareSeconds, openBareParser } from './bare.ts';
import { type CorpusFile, layOut, mixedSources, readCorpus, type Sample } from './corpus.ts';
import type { Extraction, Told } from './extracting.ts';
import { cpuSecondsOf, type Memory, memoryOf } from './process-tree.ts';

const megabyte = 1e6;
const languageBytes = 4 * megabyte;
/** With less text of a language, start-up would dominate the figure. */
const languageBytesMin = 1 * megabyte;
const warmUpBytes = 0.5 * megabyte;
const sizes = [1, 10, 100].map((size) => size * megabyte);
const rounds = 4;
/** Rounds follow each other at once, because an idle parser process is ended. */
const extractionsPerRound = 2;
/** The unit in which the system reports processor time. */
const tickSeconds = 0.01;
const memoryEveryMs = 200;
/** Below what admit lets through of one repository, which is 128 MiB. */
const repositoryBytesMax = 100 * megabyte;
/** As infra/Dockerfile starts the program. */
const launchFlags = ['--max-semi-space-size=16'];

const ctags = {
  command: 'ctags',
  probe: ['--version'],
  hint: 'install Universal Ctags, such as the package universal-ctags',
};

interface Bench {
  readonly report: Report;
  readonly source: string;
  readonly corpus: readonly CorpusFile[];
  readonly scratch: string;
}

export async function run(report: Report): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      only: { type: 'string' },
      memory: { type: 'string' },
    },
  });
  await requireTools([ctags], runTool);
  const cache = cacheFolder(process.env);
  await mkdir(cache, { recursive: true });
  const source = await obtain('sources', mixedSources, { run: runTool, cache });
  const scratch = await mkdtemp(join(tmpdir(), 'backstory-bench-'));
  try {
    const bench = { report, source, corpus: await readCorpus(source), scratch };
    const only = values.only?.split(',');
    if (values.memory !== undefined) await measureMemory(bench, Number(values.memory) * megabyte);
    else {
      await measureLanguages(bench, only);
      if (only === undefined) await measureSizes(bench);
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Seconds {
  readonly bytes: number;
  readonly bare: number;
  readonly structure: number;
  readonly ctags: number;
  /** Bytes of the languages that ctags knows. */
  readonly ctagsBytes: number;
}

async function measureLanguages(bench: Bench, only: readonly string[] | undefined): Promise<void> {
  const all: Seconds[] = [];
  for (const { name } of languages) {
    const files = bench.corpus.filter(({ language }) => language === name);
    const bytes = files.reduce((total, file) => total + file.bytes, 0);
    if (bytes < languageBytesMin || only?.includes(name) === false) continue;
    const seconds = await measureLanguage(bench, name, files);
    reportSeconds(bench.report, name, seconds);
    all.push(seconds);
  }
  const sum = (of: (seconds: Seconds) => number) => all.reduce((total, it) => total + of(it), 0);
  reportSeconds(bench.report, 'all', {
    bytes: sum(({ bytes }) => bytes),
    bare: sum(({ bare }) => bare),
    structure: sum(({ structure }) => structure),
    ctags: sum((it) => it.ctags),
    ctagsBytes: sum((it) => it.ctagsBytes),
  });
}

function reportSeconds(report: Report, name: string, seconds: Seconds): void {
  const rate = (time: number) => seconds.bytes / megabyte / time;
  const baseline = rate(seconds.bare);
  report({ metric: `${name}: parsing alone`, value: baseline, unit: 'MB/s' });
  report({ metric: `${name}: structure`, value: rate(seconds.structure), unit: 'MB/s', baseline });
  if (seconds.ctagsBytes === 0) return;
  const value = seconds.ctagsBytes / megabyte / seconds.ctags;
  report({ metric: `${name}: ctags -R`, value, unit: 'MB/s', baseline });
}

/** The best of several rounds each, because disturbances only ever add time. */
async function measureLanguage(
  bench: Bench,
  name: string,
  files: readonly CorpusFile[],
): Promise<Seconds> {
  const language = languages.find((it) => it.name === name);
  if (language === undefined) throw new Error(`no language ${name}`);
  const sample = await layOut(bench.source, files, languageBytes, join(bench.scratch, name), false);
  const parse = await openBareParser(language);
  const contents = await readContents(bench, files, sample);
  const extractor = startExtractor();
  try {
    await warmUp(bench, extractor, files);
    const best = { bare: Infinity, structure: Infinity, ctags: Infinity };
    for (let round = 0; round < rounds; round += 1) {
      best.bare = Math.min(best.bare, await bareSeconds(parse, contents));
      for (let extraction = 0; extraction < extractionsPerRound; extraction += 1) {
        best.structure = Math.min(best.structure, await extractor.seconds([sample.folder]));
      }
      best.ctags = Math.min(best.ctags, await ctagsSeconds(sample.folder));
    }
    // ctags skips a file of a language that it does not know, which takes no time.
    const ctagsBytes = best.ctags < tickSeconds ? 0 : sample.bytes;
    return { bytes: sample.bytes, ...best, ctagsBytes };
  } finally {
    extractor.stop();
    await rm(sample.folder, { recursive: true });
  }
}

async function readContents(
  { source }: Bench,
  files: readonly CorpusFile[],
  sample: Sample,
): Promise<BareFile[]> {
  const chosen = files.slice(0, sample.files);
  return await Promise.all(
    chosen.map(async ({ path }) => ({ path, content: await readFile(join(source, path)) })),
  );
}

/** A first round, so that process start and compilation are not counted per megabyte. */
async function warmUp(
  { source, scratch }: Bench,
  extractor: MeasuredExtractor,
  files: readonly CorpusFile[],
): Promise<void> {
  const folder = join(scratch, 'warm-up');
  await layOut(source, files, warmUpBytes, folder, false);
  await extractor.seconds([folder]);
  await rm(folder, { recursive: true });
}

/** The processor time of a command, as the shell reports it. */
async function ctagsSeconds(folder: string): Promise<number> {
  const script = 'ctags -R -f /dev/null . 2>/dev/null; times';
  const told = await runTool('sh', ['-c', script], { folder });
  const last = told.trim().split('\n').at(-1) ?? '';
  const parts = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  return parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0);
}

async function measureSizes(bench: Bench): Promise<void> {
  const extractor = startExtractor();
  let smallest: number | null = null;
  try {
    await warmUp(bench, extractor, bench.corpus);
    for (const size of sizes) {
      const folder = join(bench.scratch, 'sized');
      const { bytes } = await layOut(bench.source, bench.corpus, size, folder, true);
      const seconds = await extractor.seconds([folder]);
      const value = bytes / megabyte / seconds;
      const metric = `${size / megabyte} MB, all languages`;
      bench.report({ metric, value, unit: 'MB/s', baseline: smallest });
      const { blockedMsMax } = extractor.last();
      bench.report({ metric: `${metric}: longest block`, value: blockedMsMax, unit: 'ms' });
      smallest ??= value;
      await rm(folder, { recursive: true });
    }
  } finally {
    extractor.stop();
  }
}

async function measureMemory(
  { report, source, corpus, scratch }: Bench,
  memoryBytes: number,
): Promise<void> {
  const samples: Sample[] = [];
  for (let left = memoryBytes; left > 0; left -= repositoryBytesMax) {
    const folder = join(scratch, `large-${samples.length}`);
    samples.push(await layOut(source, corpus, Math.min(left, repositoryBytesMax), folder, true));
  }
  const bytes = samples.reduce((sum, sample) => sum + sample.bytes, 0);
  const folders = samples.map(({ folder }) => folder);
  const extractor = startExtractor();
  try {
    const peak = { resident: 0, proportional: 0 };
    const timer = setInterval(() => {
      const now: Memory = memoryOf(extractor.processId);
      peak.resident = Math.max(peak.resident, now.resident);
      peak.proportional = Math.max(peak.proportional, now.proportional);
    }, memoryEveryMs);
    const seconds = await extractor.seconds(folders, false);
    clearInterval(timer);
    const { files, parsed, blockedMsMax } = extractor.last();
    const name = `${Math.round(bytes / megabyte)} MB`;
    report({ metric: `${name}: repositories`, value: samples.length, unit: 'repositories' });
    report({ metric: `${name}: files`, value: files, unit: 'files' });
    report({ metric: `${name}: parsed`, value: parsed, unit: 'files' });
    report({ metric: `${name}: structure`, value: bytes / megabyte / seconds, unit: 'MB/s' });
    report({ metric: `${name}: longest block`, value: blockedMsMax, unit: 'ms' });
    const peaks = { 'resident memory': peak.resident, 'shared counted once': peak.proportional };
    for (const [what, value] of Object.entries(peaks)) {
      report({ metric: `${name}: ${what}`, value: value / megabyte, unit: 'MB', baseline: 400 });
    }
  } finally {
    extractor.stop();
  }
}

interface MeasuredExtractor {
  readonly processId: number;
  /**
   * Processor time of all processes for the structure of folders. Files are read into memory first,
   * as for the bare parser, unless they shall be read when their turn comes.
   */
  seconds(folders: readonly string[], ahead?: boolean): Promise<number>;
  last(): Extraction;
  stop(): void;
}

function startExtractor(): MeasuredExtractor {
  const entry = fileURLToPath(new URL('./extracting.ts', import.meta.url));
  const child = fork(entry, [], { execArgv: launchFlags, serialization: 'advanced' });
  const { pid } = child;
  if (pid === undefined) throw new Error('the extractor did not start');
  let last: Extraction | null = null;
  const answer = async (told: Told | 'go') =>
    await new Promise<unknown>((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the extractor ended with ${code}`));
      child.once('exit', onExit);
      child.once('message', (message) => {
        child.off('exit', onExit);
        resolve(message);
      });
      child.send(told);
    });
  return {
    processId: pid,
    async seconds(folders, ahead = true) {
      await answer({ folders, ahead });
      const before = cpuSecondsOf(pid);
      last = (await answer('go')) as Extraction;
      return cpuSecondsOf(pid) - before;
    },
    last() {
      if (last === null) throw new Error('nothing was extracted yet');
      return last;
    },
    stop: () => child.disconnect(),
  };
}
