/**
 * `backstory release OUT`: whether a data set may be published, and what is missing. It changes
 * nothing. Exit 1 while anything is missing that the publisher does not answer for by name.
 */
import { resolve } from 'node:path';
import { openOutput } from '../../../dataset/open-output.ts';
import { printable } from '../../../dataset/printable.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { openPlace, runFolderOf } from '../../open/output-place.ts';
import { type ConfigurationOptions, loadConfiguration } from '../../open/settings.ts';
import { type ModelOptions, modelFlags } from '../../with-models.ts';
import { collectNotices } from './notices.ts';
import { readOptOutList } from './opt-out.ts';
import {
  type Check,
  checkAttribution,
  checkCard,
  checkGates,
  checkLicences,
  checkOptOuts,
  checkSecondOpinion,
  checkVerified,
  onlyExport,
} from './release-checks.ts';

export interface ReleaseOptions extends ConfigurationOptions, ModelOptions {
  readonly licences?: string;
  readonly optOuts?: string;
  readonly export?: string;
  readonly accept?: string;
  readonly json?: boolean;
}

interface ToldCheck extends Check {
  readonly state: 'fine' | 'missing' | 'accepted';
}

export async function releaseCommand(
  context: CommandContext,
  out: string,
  options: ReleaseOptions,
): Promise<ExitCode> {
  const { workingFolder } = context;
  const folder = runFolderOf(context, out);
  const list = options.optOuts;
  const rules =
    list === undefined ? null : (await readOptOutList(resolve(workingFolder, list), list)).rules;
  const configuration = await loadConfiguration(context, options, modelFlags(options));
  const store = await openPlace(context, out, options);
  const output = await openOutput(store);
  const named = options.export === undefined ? null : resolve(workingFolder, options.export);
  const exported = named ?? (folder === null ? null : await onlyExport(store, folder));
  const verified = await checkVerified(store);
  const checks = [
    verified,
    ...(await checkGates(store, configuration)),
    await checkOptOuts(output, rules, folder),
  ];
  // A data set that does not verify cannot be read for its notices.
  if (verified.missing.length === 0) {
    const notices = await collectNotices(output);
    checks.push(
      checkLicences(notices, split(options.licences)),
      await checkSecondOpinion(folder, notices),
      await checkCard(output, exported),
      await checkAttribution(output, notices, exported),
    );
  }
  const told = tell(checks, split(options.accept));
  const ready = told.every(({ state }) => state !== 'missing');
  if (options.json === true) writeJson(context.out, { ready, checks: told });
  else draw(context, told, ready);
  return ready ? exitCodes.fine : exitCodes.difference;
}

function split(text = ''): readonly string[] {
  return text.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()]));
}

/** What the publisher answers for by name stays in the report. */
function tell(checks: readonly Check[], accepted: readonly string[]): ToldCheck[] {
  const names = checks.map(({ name }) => name);
  const unknown = accepted.find((name) => !names.includes(name) || name === 'verify');
  if (unknown !== undefined) {
    const known = names.filter((name) => name !== 'verify').join(', ');
    throw new PipelineError('USAGE', `--accept ${unknown}: it must be among ${known}`, {
      subject: '--accept',
    });
  }
  return checks.map(({ name, missing }) => {
    const state = accepted.includes(name) ? 'accepted' : 'missing';
    return { name, state: missing.length === 0 ? 'fine' : state, missing };
  });
}

function draw({ out }: CommandContext, checks: readonly ToldCheck[], ready: boolean): void {
  const { style } = out;
  for (const { name, state, missing } of checks) {
    const paint = state === 'fine' ? style.green : style.yellow;
    writeLine(out, `${paint(state.padEnd(8))}  ${style.bold(name)}`);
    for (const each of missing) writeLine(out, `          ${printable(each)}`);
  }
  writeLine(out, ready ? 'It may be published.' : 'It may not be published yet.');
}
