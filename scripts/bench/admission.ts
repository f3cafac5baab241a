/**
 * `npm run bench -- admission [--packages FOLDER] [--against CHECKOUT] [--examples N] [--json]`:
 * what admission keeps, skips and replaces, by rule, in released packages of npm and PyPI, how
 * fast, and each gate's share of the time. With `--against`, the same by the program in another
 * checkout is the baseline, and examples are of what only this one replaces. Packages come from the
 * registries once, unless a folder of `.tgz` and `.whl` is given.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { extract } from 'tar-stream';
import yauzl from 'yauzl';
import type { Finding } from '../../services/redaction/redaction.ts';
import { feedTar } from '../../services/runtime/store/feed-tar.ts';
import type { AdmitKnobs } from '../../services/stages/admit/config.ts';
import type { Gate, Questions } from '../../services/stages/admit/gate.ts';
import type { Report } from '../bench.ts';
import { obtainPackages } from './corpora/fetch-packages.ts';
import { cacheFolder, runTool } from './structure/obtain/tools.ts';

interface Options {
  readonly packages: string | null;
  readonly against: string | null;
  readonly examples: number;
}

/** Admission as one checkout has it. */
interface Program {
  readonly admitArchive: typeof import('../../services/stages/admit/admit-archive.ts').admitArchive;
  readonly gates: readonly Gate<AdmitKnobs>[];
  readonly knobs: AdmitKnobs;
}

interface Found extends Finding {
  readonly archive: string;
  readonly path: string;
  /** The line around it, with the value between brackets. */
  readonly line: string;
}

interface Measured {
  archives: number;
  dropped: number;
  files: number;
  /** Of all files of the packages, kept or not. */
  unpacked: number;
  bytes: number;
  /** Of processor time. */
  seconds: number;
  /** By the clock, which is that of the gates, too. */
  clockMs: number;
  readonly gateMs: Map<string, number>;
  readonly skipped: Map<string, number>;
  readonly rules: Map<string, number>;
  readonly found: Map<string, Found>;
}

export async function run(report: Report): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const folder = options.packages ?? (await released());
  const here = await openProgram(resolve(import.meta.dirname, '../..'));
  const other = options.against === null ? null : await openProgram(resolve(options.against));
  const now = emptyMeasure();
  const before = emptyMeasure();
  for (const name of readdirSync(folder).sort()) {
    if (!/\.(?:tgz|whl)$/.test(name)) continue;
    const archive = readFileSync(join(folder, name));
    // In turn, so that both see the same machine.
    await measure(here, name, archive, now);
    if (other !== null) await measure(other, name, archive, before);
  }
  reportAll(report, now, other === null ? null : before);
  if (options.examples > 0) printExamples(now, before, options.examples);
}

function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      packages: { type: 'string' },
      against: { type: 'string' },
      examples: { type: 'string', default: '0' },
    },
  });
  const { packages = null, against = null } = values;
  return { packages, against, examples: Number(values.examples) };
}

async function released(): Promise<string> {
  const cache = cacheFolder(process.env);
  await mkdir(cache, { recursive: true });
  return obtainPackages({ run: runTool, cache });
}

async function openProgram(root: string): Promise<Program> {
  const load = async (path: string) =>
    (await import(pathToFileURL(join(root, 'services/stages/admit', path)).href)) as never;
  const { admitArchive } = (await load('admit-archive.ts')) as Pick<Program, 'admitArchive'>;
  const { gates } = (await load('gates.ts')) as Pick<Program, 'gates'>;
  const { admitKnobs } = (await load(
    'config.ts',
  )) as typeof import('../../services/stages/admit/config.ts');
  return { admitArchive, gates, knobs: admitKnobs.parse({}) };
}

function emptyMeasure(): Measured {
  const counts = { archives: 0, dropped: 0, files: 0, unpacked: 0, bytes: 0 };
  const times = { seconds: 0, clockMs: 0, gateMs: new Map() };
  return { ...counts, ...times, skipped: new Map(), rules: new Map(), found: new Map() };
}

async function measure(program: Program, name: string, archive: Buffer, sum: Measured) {
  const format = name.endsWith('.tgz') ? 'tgz' : 'zip';
  const repository = { name, origin: name, format, archive } as const;
  const started = process.cpuUsage();
  const begun = performance.now();
  try {
    const admitted = await program.admitArchive(
      repository,
      program.knobs,
      watch(program, name, sum),
    );
    sum.files += admitted.files.length;
    sum.bytes += admitted.files.reduce((bytes, file) => bytes + file.bytes.byteLength, 0);
    for (const { reason } of admitted.skipped) add(sum.skipped, reason);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    sum.dropped += 1;
  }
  const { user, system } = process.cpuUsage(started);
  sum.clockMs += performance.now() - begun;
  sum.seconds += (user + system) / 1e6;
  sum.unpacked += await unpackedBytes(name, archive);
  sum.archives += 1;
}

async function unpackedBytes(name: string, archive: Buffer): Promise<number> {
  let bytes = 0;
  if (name.endsWith('.whl')) {
    const zip = await yauzl.fromBufferPromise(archive, { lazyEntries: true });
    for await (const { uncompressedSize } of zip.eachEntry()) bytes += uncompressedSize;
    return bytes;
  }
  const entries = extract();
  const fed = feedTar(archive, true, (unpacked) => unpacked, entries);
  for await (const entry of entries) {
    bytes += entry.header.size ?? 0;
    entry.resume();
  }
  await fed;
  return bytes;
}

/** The program's gates; how long each takes and what it replaces is written down on the way. */
function watch(program: Program, archive: string, sum: Measured): readonly Gate<AdmitKnobs>[] {
  return program.gates.map((gate) => ({
    ...gate,
    open: (knobs, facts) => {
      const asked = clocked(gate.open(knobs, facts), (ms) =>
        sum.gateMs.set(gate.name, (sum.gateMs.get(gate.name) ?? 0) + ms),
      );
      const { redact } = asked;
      if (redact === undefined) return asked;
      return {
        ...asked,
        redact: async (file) => {
          const answer = await redact(file);
          if (answer !== null && typeof answer === 'object' && 'findings' in answer) {
            for (const finding of answer.findings) note(archive, file, finding, sum);
          }
          return answer;
        },
      };
    },
  }));
}

/** The same questions; tells how long each answer took, whichever it is. */
function clocked(questions: Questions, tell: (ms: number) => void): Questions {
  const all = Object.entries(questions).map(([moment, ask]) => {
    const clockedAsk = (...parts: readonly unknown[]): unknown => {
      const begun = performance.now();
      const end = () => tell(performance.now() - begun);
      const answer = (ask as (...parts: readonly unknown[]) => unknown)(...parts);
      if (answer instanceof Promise) return answer.finally(end);
      end();
      return answer;
    };
    return [moment, clockedAsk];
  });
  return Object.fromEntries(all) as Questions;
}

function note(
  archive: string,
  { path, text }: { path: string; text: string },
  finding: Finding,
  sum: Measured,
): void {
  add(sum.rules, finding.rule);
  const { start, end } = finding;
  const before =
    text
      .slice(Math.max(0, start - 90), start)
      .split('\n')
      .at(-1) ?? '';
  const value = text.slice(start, Math.min(end, start + 90)).replace(/\n/g, '\\n');
  const after = text.slice(end, end + 60).split('\n')[0] ?? '';
  const line = `${before}[[${value}]]${after}`;
  sum.found.set(`${archive} ${path} ${start}`, { ...finding, archive, path, line });
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function reportAll(report: Report, now: Measured, before: Measured | null): void {
  const figure = (metric: string, unit: string, of: (measured: Measured) => number) =>
    report({ metric, unit, value: of(now), baseline: before === null ? null : of(before) });
  figure('packages', 'packages', ({ archives }) => archives);
  figure('packages dropped', 'packages', ({ dropped }) => dropped);
  figure('files kept', 'files', ({ files }) => files);
  figure('text kept', 'MB', ({ bytes }) => bytes / 1e6);
  figure('unpacked', 'MB', ({ unpacked }) => unpacked / 1e6);
  figure('speed of one core, text kept', 'MB/s', ({ bytes, seconds }) => bytes / 1e6 / seconds);
  figure('speed of one core, unpacked', 'MB/s', (it) => it.unpacked / 1e6 / it.seconds);
  // Gates that search one text in one pass: the first that asks pays for all.
  for (const [gate] of [...now.gateMs].sort(([, a], [, b]) => b - a)) {
    figure(`time of gate ${gate}`, '%', (it) => (100 * (it.gateMs.get(gate) ?? 0)) / it.clockMs);
  }
  for (const [kind, of] of [
    ['skipped', ({ skipped }: Measured) => skipped],
    ['replaced', ({ rules }: Measured) => rules],
  ] as const) {
    const keys = [now, ...(before === null ? [] : [before])].flatMap((it) => [...of(it).keys()]);
    for (const key of [...new Set(keys)].sort()) {
      figure(
        `${kind}: ${key}`,
        kind === 'skipped' ? 'files' : 'values',
        (it) => of(it).get(key) ?? 0,
      );
    }
  }
}

/** What only this program replaces, and what only the other did, each a sample by hash. */
function printExamples(now: Measured, before: Measured, count: number): void {
  for (const [title, ours, theirs] of [
    ['only here', now, before],
    ['only there', before, now],
  ] as const) {
    const places = [...theirs.found.values()];
    const known = new Map<string, Found[]>();
    for (const place of places) {
      const key = `${place.archive} ${place.path}`;
      known.set(key, [...(known.get(key) ?? []), place]);
    }
    const fresh = [...ours.found.values()].filter(
      ({ archive, path, start, end }) =>
        !known.get(`${archive} ${path}`)?.some((it) => it.start < end && start < it.end),
    );
    console.error(`${title}: ${fresh.length} values`);
    const sample = fresh
      .map((found) => ({ found, rank: hashOf(`${found.archive} ${found.path} ${found.start}`) }))
      .sort((a, b) => (a.rank < b.rank ? -1 : 1));
    for (const { found } of sample.slice(0, count)) {
      console.error(`${found.rule}\t${found.archive}/${found.path}\t${found.line}`);
    }
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
