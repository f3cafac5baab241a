/**
 * `backstory opt-out apply LIST OUT`: takes repositories out of a data set, now and for what will
 * still come. Readers, exports and running trainers find blanks where their text was.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  type EraseReport,
  eraseOptedOut,
  requireErasable,
} from '../../../dataset/growing/erase.ts';
import { readKnownNames } from '../../../dataset/growing/known-names.ts';
import { applyOptOuts, type OptOutReport } from '../../../dataset/growing/opt-out.ts';
import { type OptOutRule, parseOptOutList } from '../../../dataset/opt-out/rules.ts';
import { printable } from '../../../dataset/printable.ts';
import { PipelineError } from '../../../runtime/errors.ts';
import { sha256 } from '../../../runtime/ids.ts';
import { type CommandContext, writeJson, writeLine } from '../../context.ts';
import { type ExitCode, exitCodes } from '../../failures.ts';
import { openPlace, runFolderOf } from '../../open/output-place.ts';
import type { ConfigurationOptions } from '../../open/settings.ts';
import { formatBytes, formatCount, plural } from '../../views/format.ts';
import { createShardCounter } from '../../views/shard-counter.ts';

export interface OptOutOptions extends ConfigurationOptions {
  readonly dryRun?: boolean;
  readonly erase?: boolean;
  readonly json?: boolean;
}

export async function optOutCommand(
  context: CommandContext,
  list: string,
  out: string,
  options: OptOutOptions,
): Promise<ExitCode> {
  const { rules, hash } = await readOptOutList(resolve(context.workingFolder, list), list);
  const store = await openPlace(context, out, options);
  await requireOutput(store, out);
  const folder = runFolderOf(context, out);
  if (options.erase === true) await requireErasable(store, folder);
  const counter = createShardCounter(context.err, 'looked through', options.json);
  const { found: alsoKnown, why } = await readKnownNames(folder, rules);
  const report = await applyOptOuts(store, {
    ...{ rules, list: hash },
    ...(alsoKnown === null ? {} : { alsoKnown }),
    dryRun: options.dryRun === true,
    onProgress: counter.show,
  }).finally(counter.erase);
  const isErased = options.erase === true && options.dryRun !== true && folder !== null;
  const erased = isErased ? await eraseOptedOut(folder) : null;
  if (options.json === true) {
    writeJson(context.out, { ...report, list: hash, ...(erased === null ? {} : { erased }) });
  } else {
    drawReport(context, report, options.dryRun === true);
    if (erased !== null) drawErased(context, erased);
  }
  if (why !== null && options.json !== true) {
    writeLine(
      context.err,
      `note: only names in the shards were compared, because ${why}; a repository that its host has renamed since is found by its old name`,
    );
  }
  return exitCodes.fine;
}

export interface OptOutList {
  readonly rules: readonly OptOutRule[];
  /** SHA-256 of the file. */
  readonly hash: string;
}

export async function readOptOutList(path: string, name: string): Promise<OptOutList> {
  try {
    const text = await readFile(path, 'utf8');
    return { rules: parseOptOutList(text, name), hash: sha256(text) };
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new PipelineError('CONFIG_INVALID', `cannot read the list of opt-outs ${name}: ${code}`, {
      subject: name,
      cause: error,
    });
  }
}

/** A misspelt path would else become an output of nothing. */
async function requireOutput(
  store: Awaited<ReturnType<typeof openPlace>>,
  out: string,
): Promise<void> {
  const isThere = (await store.size('run.json')) !== null;
  if (isThere || (await store.list('manifest')).length > 0) return;
  throw new PipelineError('OUTPUT_MISSING', `${out} holds neither a manifest nor a run`, {
    subject: out,
  });
}

/** Repositories that are listed; `--json` has all. */
const listedMax = 20;

function drawReport({ out }: CommandContext, report: OptOutReport, isDry: boolean): void {
  const { repositories, samples, shards, tokens } = report;
  const will = isDry ? 'would leave' : 'left';
  for (const { name, rule } of repositories.slice(0, listedMax)) {
    writeLine(out, `${will}: ${printable(name)}, by ${printable(rule)}`);
  }
  const more = repositories.length - listedMax;
  if (more > 0) writeLine(out, `and ${formatCount(more)} more`);
  writeLine(
    out,
    `${plural(repositories.length, 'repository', 'repositories')} ${will}: ${plural(samples, 'sample')}, ${plural(tokens, 'token')} blank in ${plural(shards, 'shard')}; ${plural(report.rules, 'new rule')}`,
  );
  if (isDry) writeLine(out, 'nothing was changed');
}

function drawErased({ out }: CommandContext, { repositories, ...gone }: EraseReport): void {
  if (repositories.length === 0) {
    writeLine(out, 'no repository has left, so nothing was erased');
    return;
  }
  const names = repositories.slice(0, listedMax).map(({ name }) => printable(name));
  const more = repositories.length - names.length;
  const all = `${names.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`;
  writeLine(
    out,
    `erased of ${all}: ${plural(gone.records, 'record')} of the log, ${plural(gone.blobs, 'blob')} of ${formatBytes(gone.bytes)}, and cache/`,
  );
  writeLine(
    out,
    'not erased: names, hashes and sizes in the log and in run.log; answers of the teacher in memo/, which may quote a file (remove memo/, and a later run asks again); exports and copies made before',
  );
}
