/**
 * `backstory doctor`: checks whether this machine has what a run needs. It prints a line per check;
 * a problem names its remedy. Exit 1 when something is wrong.
 */
import { execFile } from 'node:child_process';
import { access, constants, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { loadClusterConfiguration } from '../../open/connections.ts';
import { isRemote } from '../../open/output-place.ts';
import {
  type ConfigurationOptions,
  openConfiguredScorer,
  openConfiguredTeacher,
} from '../../open/settings.ts';
import { formatBytes } from '../../views/format.ts';
import { describeScorer, describeTeacher } from '../../views/summary.ts';
import { type Check, clusterChecks } from './cluster.ts';
import type { Finding } from './finding.ts';
import { checkParsers, checkTokenizer } from './natives.ts';

export interface DoctorOptions extends ConfigurationOptions {
  readonly out: string;
  /** Also checks the servers of a data set. */
  readonly cluster?: boolean;
  readonly dataset?: string;
  readonly json?: boolean;
}

const nodeMajorMin = 24;
/** About ten times what a run of this repository writes. */
const freeBytesMin = 1_000_000_000;

export async function doctorCommand(
  context: CommandContext,
  options: DoctorOptions,
): Promise<ExitCode> {
  const outputFolder = resolve(context.workingFolder, options.out);
  const { values } = await loadClusterConfiguration(context, options);
  const checks: Check[] = [
    ['node', async () => checkNode()],
    ...(isRemote(options.out) ? [] : localChecks(outputFolder)),
    ['parsers', () => checkParsers(values.extract, context.signal)],
    ['tokenizer', () => checkTokenizer(values.sink)],
    ['python3', checkPython],
    [
      'teacher',
      async () => {
        const teacher = await openConfiguredTeacher(context, values);
        const problem = await teacher.check();
        const remark = teacher.remark?.() ?? null;
        const told = remark === null ? '' : `; ${remark}`;
        return { detail: `${describeTeacher(teacher.identity)}${told}`, problem };
      },
    ],
    [
      'scorer',
      async () => {
        const scorer = await openConfiguredScorer(context, values);
        try {
          return { detail: describeScorer(scorer.identity), problem: await scorer.check() };
        } finally {
          await scorer.close();
        }
      },
    ],
  ];
  if (options.cluster === true) checks.push(...clusterChecks(context, values, options.out));
  const findings: Finding[] = [];
  for (const [name, check] of checks) {
    const finding = { name, ...(await guarded(check)) };
    findings.push(finding);
    if (options.json !== true) writeLine(context.out, drawFinding(finding, context));
  }
  const healthy = findings.every(({ problem }) => problem === null);
  if (options.json === true) writeJson(context.out, { healthy, findings });
  else if (healthy) writeLine(context.out, '\nready: `backstory run FOLDER` should work here');
  return healthy ? exitCodes.fine : exitCodes.difference;
}

function localChecks(outputFolder: string): Check[] {
  return [
    ['output folder', () => checkOutput(outputFolder)],
    ['disk space', () => checkDisk(outputFolder)],
  ];
}

/** An error that a check throws becomes its problem. */
async function guarded(check: () => Promise<Omit<Finding, 'name'>>) {
  try {
    return await check();
  } catch (error) {
    return { detail: '', problem: error instanceof Error ? error.message : String(error) };
  }
}

function drawFinding({ name, detail, problem }: Finding, { out: { style } }: CommandContext) {
  const label = name.padEnd(14);
  if (problem === null) return `${style.green('ok     ')} ${label} ${detail}`;
  return `${style.red('problem')} ${label} ${problem}`;
}

function checkNode(): Omit<Finding, 'name'> {
  const { node } = process.versions;
  const recent = Number(node.split('.')[0]) >= nodeMajorMin;
  const problem = recent ? null : `Node ${node} is too old: install Node ${nodeMajorMin} or later`;
  return { detail: `Node ${node}, ${process.platform} ${process.arch}`, problem };
}

async function checkOutput(outputFolder: string): Promise<Omit<Finding, 'name'>> {
  const existing = await nearestFolder(outputFolder);
  try {
    await access(existing, constants.W_OK);
    return { detail: outputFolder, problem: null };
  } catch {
    const problem = `cannot write to ${existing}: choose another --out or change its permissions`;
    return { detail: outputFolder, problem };
  }
}

async function checkDisk(outputFolder: string): Promise<Omit<Finding, 'name'>> {
  const { bavail, bsize } = await statfs(await nearestFolder(outputFolder));
  const free = bavail * bsize;
  const problem =
    free >= freeBytesMin
      ? null
      : `only ${formatBytes(free)} free: free ${formatBytes(freeBytesMin)} or choose another --out`;
  return { detail: `${formatBytes(free)} free`, problem };
}

/** The folder itself, or the first one above it that exists. */
async function nearestFolder(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch {
    // The root always exists, so this ends.
    return nearestFolder(dirname(folder));
  }
}

async function checkPython(): Promise<Omit<Finding, 'name'>> {
  try {
    const { stdout } = await promisify(execFile)('python3', ['--version']);
    const version = stdout.trim();
    const [, minor = 0] = (/3\.(\d+)/.exec(version) ?? []).map(Number);
    const problem =
      minor >= 11 ? null : `${version} is too old for the feed: install Python 3.11 or later`;
    return { detail: `${version}, for the feed`, problem };
  } catch (error) {
    const why = (error as Error).message;
    const problem = `python3 does not start (${why}): the feed, which loads shards, needs Python 3.11`;
    return { detail: '', problem };
  }
}
