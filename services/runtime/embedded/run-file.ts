/**
 * run.json: states which run an output folder holds. It is written before any output, so that a
 * later command on the folder resumes the run, or is refused if it would mix two configurations.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelIdentity } from '../../../schemas/generated/types.ts';
import {
  type ManifestHead,
  manifestHeadName,
  parseManifestHead,
} from '../../../schemas/manifest.ts';
import { asPipelineError, PipelineError } from '../errors.ts';
import { canonicalJson, sha256 } from '../ids.ts';
import { makeFolder } from '../store/make-folder.ts';

export interface RunFile {
  readonly format: 1;
  readonly runId: string;
  readonly configurationHash: string;
  /** Hash of the knobs that name the input. */
  readonly inputHash: string;
  readonly dataset: string;
  readonly seed: number;
  readonly teacher: ModelIdentity | null;
  readonly scorer: ModelIdentity | null;
}

/** True when the folder already held this run; OUTPUT_MISMATCH when it holds another. */
export function claimOutput(outputFolder: string, run: RunFile): boolean {
  const path = join(outputFolder, 'run.json');
  const text = `${JSON.stringify(run, null, 2)}\n`;
  const existing = readRunFile(path);
  if (existing !== null) {
    if (canonicalJson(existing) === canonicalJson(run)) return true;
    throw new PipelineError(
      'OUTPUT_MISMATCH',
      `${outputFolder} holds a run with another configuration or input (${differences(existing, run)}); ` +
        'choose another --out, or repeat the first command to resume it',
      { subject: outputFolder },
    );
  }
  refuseForeign(outputFolder, text);
  try {
    makeFolder(outputFolder);
    writeFileSync(`${path}.tmp`, text);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    throw asPipelineError(error, path);
  }
  return false;
}

/** Refuses a folder without run.json if the head of the manifest holds another run.json's hash. */
function refuseForeign(outputFolder: string, text: string): void {
  let head: ManifestHead;
  try {
    head = parseManifestHead(
      readFileSync(join(outputFolder, 'manifest', manifestHeadName), 'utf8'),
    );
  } catch {
    // No manifest yet, or one that the writer and `verify` will report.
    return;
  }
  const known = head.files.find(({ path }) => path === 'run.json');
  if (known === undefined || known.sha256 === sha256(text)) return;
  throw new PipelineError(
    'OUTPUT_MISMATCH',
    `${outputFolder} holds a run with another configuration or input, whose run.json is missing; choose another --out, or repeat the first command to resume it`,
    { subject: outputFolder },
  );
}

function readRunFile(path: string): RunFile | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as RunFile;
  } catch (error) {
    throw new PipelineError('OUTPUT_MISMATCH', `${path} is not a run file; choose another --out`, {
      subject: path,
      cause: error,
    });
  }
}

function differences(existing: RunFile, run: RunFile): string {
  const keys = Object.keys(run) as (keyof RunFile)[];
  return keys.filter((key) => canonicalJson(existing[key]) !== canonicalJson(run[key])).join(', ');
}
