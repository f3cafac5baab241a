/** The scanners of secrets that are compared: ours, and peers as their users run them. */
import { join, relative, resolve } from 'node:path';
import { findSecrets } from '../../../services/redaction/secrets.ts';
import { goPeer, measured, pythonPeer } from '../peers/install.ts';
import type { Context } from '../structure/score/oracle.ts';
import type { Range } from './plant.ts';

export interface ScannedFile {
  readonly path: string;
  readonly text: string;
}

export interface Hit extends Range {
  readonly rule: string;
}

export interface Scanned {
  readonly hits: ReadonlyMap<string, readonly Hit[]>;
  readonly seconds: number;
}

/** Scans files that also lie in the folder. */
export type Scan = (folder: string, files: readonly ScannedFile[]) => Promise<Scanned>;

export interface Scanner {
  readonly name: string;
  /** Installs it. */
  readonly open: (context: Context) => Promise<Scan>;
}

/** A finding as peers report it: a value on lines that are counted from 1. */
interface Reported {
  readonly path: string;
  readonly line: number;
  readonly endLine: number;
  readonly value: string;
  readonly rule: string;
}

async function scanOurs(_folder: string, files: readonly ScannedFile[]): Promise<Scanned> {
  const hits = new Map<string, readonly Hit[]>();
  const started = process.cpuUsage();
  for (const { path, text } of files) hits.set(path, findSecrets(path, text));
  const { user, system } = process.cpuUsage(started);
  return { hits, seconds: (user + system) / 1e6 };
}

async function openDetectSecrets(context: Context): Promise<Scan> {
  const library = await pythonPeer('detect-secrets-1.5.0', ['detect-secrets==1.5.0'], context);
  const script = join(import.meta.dirname, 'scan.py');
  return async (folder, files) => {
    const { output, seconds } = await measured('python3', [script, folder], {
      environment: { PYTHONPATH: library },
    });
    const reported = linesOf(output).map((line) => {
      const { path, line: at, value, rule } = JSON.parse(line) as Omit<Reported, 'endLine'>;
      return { path, line: at, endLine: at, value: value ?? '', rule };
    });
    return { hits: place(folder, files, reported), seconds };
  };
}

interface GitleaksFinding {
  readonly File: string;
  readonly StartLine: number;
  readonly EndLine: number;
  readonly Secret: string;
  readonly RuleID: string;
}

async function openGitleaks(context: Context): Promise<Scan> {
  const module = 'github.com/zricethezav/gitleaks/v8@v8.30.1';
  const programs = await goPeer('gitleaks-8.30.1', module, context);
  return async (folder, files) => {
    const options = ['-f', 'json', '-r', '-', '--no-banner', '--exit-code', '0'];
    const { output, seconds } = await measured(join(programs, 'gitleaks'), [
      'dir',
      folder,
      ...options,
    ]);
    const reported = (JSON.parse(output) as readonly GitleaksFinding[]).map((found) => ({
      path: found.File,
      line: found.StartLine,
      endLine: found.EndLine,
      value: found.Secret,
      rule: found.RuleID,
    }));
    return { hits: place(folder, files, reported), seconds };
  };
}

interface KingfisherFinding {
  readonly rule?: { readonly id: string };
  readonly finding?: { readonly snippet: string; readonly line: number; readonly path: string };
}

async function openKingfisher(context: Context): Promise<Scan> {
  const library = await pythonPeer('kingfisher-2.14.0', ['kingfisher-bin==2.14.0'], context);
  // Its key of one file is also another's: without this, equal findings are reported once.
  const options = ['--no-validate', '--no-update-check', '--no-dedup', '--no-ignore'];
  return async (folder, files) => {
    const { output, seconds } = await measured(
      'python3',
      [join(library, 'bin', 'kingfisher'), 'scan', folder, ...options, '--format', 'jsonl'],
      { environment: { PYTHONPATH: library }, codes: [0, 200] },
    );
    const reported = linesOf(output).flatMap((line) => {
      const { rule, finding } = JSON.parse(line) as KingfisherFinding;
      if (rule === undefined || finding === undefined) return [];
      const { path, line: at, snippet } = finding;
      return [{ path, line: at, endLine: at, value: snippet, rule: rule.id }];
    });
    return { hits: place(folder, files, reported), seconds };
  };
}

function linesOf(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.startsWith('{'));
}

/**
 * Gives findings their ranges. A value that does not stand in the text as it is reported, such as
 * one without its escapes, is taken for all of its lines: in favour of the peer.
 */
function place(
  folder: string,
  files: readonly ScannedFile[],
  reported: readonly Reported[],
): ReadonlyMap<string, readonly Hit[]> {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const hits = new Map<string, Hit[]>();
  for (const { path, line, endLine, value, rule } of reported) {
    const inside = relative(folder, resolve(folder, path));
    const text = texts.get(inside);
    if (text === undefined) continue;
    const from = startOfLine(text, line);
    const to = startOfLine(text, endLine + 1);
    const at = value === '' ? -1 : text.indexOf(value, from);
    const isThere = at >= 0 && at <= to;
    const range = isThere ? { start: at, end: at + value.length } : { start: from, end: to };
    hits.set(inside, [...(hits.get(inside) ?? []), { ...range, rule }]);
  }
  return hits;
}

function startOfLine(text: string, line: number): number {
  let at = 0;
  for (let count = 1; count < line; count += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

export const scanners: readonly Scanner[] = [
  { name: 'backstory', open: async () => scanOurs },
  { name: 'detect-secrets', open: openDetectSecrets },
  { name: 'gitleaks', open: openGitleaks },
  { name: 'kingfisher', open: openKingfisher },
];
