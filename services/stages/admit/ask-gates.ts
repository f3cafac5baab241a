/**
 * Asks the gates in order; the first negative answer decides. A skip is returned as a reason. A
 * refusal is thrown, because it drops the whole repository regardless of the other files.
 */
import type { Finding } from '../../redaction/redaction.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { decodeText, undecodable } from './archive/decode.ts';
import type { UnpackedFile } from './archive/skips.ts';
import type { FileText } from './file-text.ts';
import {
  type Counts,
  type Gate,
  type GateFacts,
  noFacts,
  type Questions,
  type Refusal,
  type RepositoryView,
  type Verdict,
} from './gate.ts';
import { type OwnLicences, ownLicences } from './licence/own.ts';
import type { Skip } from './skips.ts';

type Asked<Moment extends keyof Questions> = readonly NonNullable<Questions[Moment]>[];

/** The questions of all open gates, grouped by the moment at which they are asked. */
export type OpenGates = { readonly [Moment in keyof Questions]-?: Asked<Moment> };

export function openGates<Knobs>(
  gates: readonly Gate<Knobs>[],
  knobs: Knobs,
  facts: GateFacts = noFacts,
): OpenGates {
  const opened = gates.map((gate) => gate.open(knobs, facts));
  return {
    file: opened.flatMap(({ file }) => file ?? []),
    text: opened.flatMap(({ text }) => text ?? []),
    licensed: opened.flatMap(({ licensed }) => licensed ?? []),
    repository: opened.flatMap(({ repository }) => repository ?? []),
    redact: opened.flatMap(({ redact }) => redact ?? []),
    marks: opened.flatMap(({ marks }, position) =>
      marks === undefined ? [] : named(gates[position]?.name ?? '', marks),
    ),
  };
}

/** Two gates may count a kind of one name. */
function named(gate: string, ask: (file: FileText) => Counts): (file: FileText) => Counts {
  return (file) =>
    Object.fromEntries(
      Object.entries(ask(file)).map(([kind, count]) => [`${gate}/${kind}`, count]),
    );
}

/** Returns the file's text if the file may be used, else why not. */
export function gateFile(
  file: UnpackedFile,
  gates: OpenGates,
  licences: OwnLicences = ownLicences([], true),
): FileText | Skip {
  const { path } = file;
  for (const ask of gates.file) {
    const skip = skipOf(ask(file), path);
    if (skip !== null) return skip;
  }
  const text = decodeText(file.bytes);
  if (text === null) return { path, reason: undecodable };
  for (const ask of gates.text) {
    const skip = skipOf(ask({ path, text }), path);
    if (skip !== null) return skip;
  }
  return askLicensed({ path, text }, gates, licences) ?? { path, text };
}

/** Returns why a file with its own licence may not be used; null if it may be used. */
function askLicensed(file: FileText, gates: OpenGates, licences: OwnLicences): Skip | null {
  const own = gates.licensed.length === 0 ? null : licences.of(file);
  if (own === null) return null;
  for (const ask of gates.licensed) {
    const skip = skipOf(ask(own), file.path);
    if (skip !== null) return skip;
  }
  return null;
}

/** Returns the parts of the text that gates want replaced, or why the file may not be used. */
export async function findParts(
  file: FileText,
  gates: OpenGates,
): Promise<readonly Finding[] | Skip> {
  const found: (readonly Finding[])[] = [];
  for (const ask of gates.redact) {
    const answer = await ask(file);
    if (answer !== null && typeof answer === 'object' && 'findings' in answer) {
      found.push(answer.findings);
      continue;
    }
    const skip = skipOf(answer, file.path);
    if (skip !== null) return skip;
  }
  return found.flat();
}

/** What gates point out in a file that stays, by gate and kind. */
export function countMarks(file: FileText, gates: OpenGates): Counts {
  return Object.assign({}, ...gates.marks.map((ask) => ask(file)));
}

/** Throws a gate's refusal if the repository may not be used. */
export function gateRepository(repository: RepositoryView, gates: OpenGates): void {
  for (const ask of gates.repository) {
    const refusal = ask(repository);
    if (refusal !== null) throw refused(refusal);
  }
}

function skipOf(verdict: Verdict, path: string): Skip | null {
  if (verdict === null) return null;
  if (typeof verdict === 'string') return { path, reason: verdict };
  if ('reason' in verdict) return { path, ...verdict };
  throw refused(verdict, { subject: path });
}

function refused({ code, detail }: Refusal, options: { subject?: string } = {}): PipelineError {
  return new PipelineError(code, detail, options);
}
