/**
 * `npm run soak -- faults [--only NAME] [--seed 1] [--rounds 1] [--sources 24]`: the fault suite.
 * Each fault strikes a cluster of one process per stage on a real broker of its own; what is then
 * in topics and shards is compared with an undisturbed embedded run. Ends with the table.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { allFaults } from './faults/all-faults.ts';
import type { Fault } from './faults/fault.ts';
import { openServers } from './faults/servers.ts';
import { writeSources } from './faults/sources.ts';
import { type TrialReport, tryFault } from './faults/try-fault.ts';

const deadlineMs = 600_000;
/** The least that brokers allow by default. */
const sessionTimeoutMs = 6000;

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: '' },
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '1' },
      sources: { type: 'string', default: '24' },
    },
  });
  const faults = allFaults.filter((fault) => fault.name.includes(values.only));
  if (faults.length === 0) throw new Error(`no fault is called ${values.only}`);
  const folder = mkdtempSync(join(tmpdir(), 'backstory-fault-soak-'));
  try {
    const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
    const sources = writeSources(join(folder, 'sources'), Number(values.sources));
    const rows = await tryAll(faults, { folder, sources, seed, rounds });
    printTable(rows, seed);
    return rows.every((row) => row.problems.length === 0 && row.lost + row.duplicated === 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Extent {
  readonly folder: string;
  readonly sources: readonly string[];
  readonly seed: number;
  readonly rounds: number;
}

/** One after the other, on the same servers. */
async function tryAll(
  faults: readonly Fault[],
  { folder, sources, seed, rounds }: Extent,
): Promise<Row[]> {
  const servers = await openServers(folder);
  const sets = [...smallOutput, `sink.tokenizer=${writeByteTokenizer(folder)}`];
  const limits = { sessionTimeoutMs, deadlineMs };
  const rows: Row[] = [];
  try {
    for (const [position, fault] of faults.entries()) {
      const row = newRow(fault);
      rows.push(row);
      for (let round = 0; round < rounds; round += 1) {
        const dataset = `fault-${position}-${round}`;
        const trial = { fault, servers, dataset, folder, sources, sets, ...limits };
        await addTrial(row, () => tryFault({ ...trial, seed: seed + round }));
      }
      console.log(lineOf(row));
      for (const problem of row.problems) console.log(`  ${problem}`);
    }
    return rows;
  } finally {
    await servers.close();
  }
}

interface Row {
  readonly name: string;
  tried: number;
  lost: number;
  duplicated: number;
  repeated: number;
  worstRecoveryMs: number;
  lives: number;
  wallMs: number;
  readonly ends: string[];
  readonly problems: string[];
}

function newRow({ name }: Fault): Row {
  const none = { tried: 0, lost: 0, duplicated: 0, repeated: 0, worstRecoveryMs: 0 };
  return { name, ...none, lives: 0, wallMs: 0, ends: [], problems: [] };
}

/** A trial that could not be finished is a problem of its fault; the others still run. */
async function addTrial(row: Row, trial: () => Promise<TrialReport>): Promise<void> {
  try {
    const report = await trial();
    row.tried += report.tried;
    row.lost += report.lost;
    row.duplicated += report.duplicated;
    row.repeated += report.repeated;
    row.lives += report.lives;
    row.ends.push(...report.ends.filter((end) => end !== null));
    row.wallMs += report.wallMs;
    row.worstRecoveryMs = Math.max(row.worstRecoveryMs, report.worstRecoveryMs);
    row.problems.push(...report.problems);
  } catch (error) {
    row.problems.push((error as Error).stack ?? String(error));
  }
}

const columns = [
  'fault',
  'tried',
  'lost',
  'duplicated',
  'written again',
  'worst recovery',
] as const;

function cellsOf(row: Row): string[] {
  const seconds = `${(row.worstRecoveryMs / 1000).toFixed(1)} s`;
  const counts = [row.tried, row.lost, row.duplicated, row.repeated].map(String);
  return [row.name, ...counts, seconds];
}

function lineOf(row: Row): string {
  const verdict = row.problems.length === 0 ? 'identical bytes' : 'BROKEN';
  const wall = `${Math.round(row.wallMs / 1000)} s, ${row.lives} lives`;
  const ends = row.ends.length === 0 ? '' : `; started again: ${row.ends.join(', ')}`;
  return `${cellsOf(row).join(' | ')} | ${verdict} (${wall}${ends})`;
}

function printTable(rows: readonly Row[], seed: number): void {
  console.log(`\nseed ${seed}\n| ${columns.join(' | ')} |`);
  console.log(`|${columns.map(() => ' --- |').join('')}`);
  for (const row of rows) console.log(`| ${cellsOf(row).join(' | ')} |`);
}
