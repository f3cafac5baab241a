/**
 * What documents were written without, by reason: the code of the failure, the check that refused
 * the answer, and how the answer ended where its reason tells. Reasons come from an output, so
 * only known codes and checks become groups. Pure.
 */
import type { Lack } from '../../schemas/generated/types.ts';
import { errorCodes } from '../runtime/error-codes.ts';
import { plainKinds } from '../stages/simulate/plain.ts';
import { type CheckName, checks } from '../teacher/checks/checks.ts';

export interface LackGroup {
  /** plan, purposes, thought or search. */
  readonly what: string;
  /** Of the failure; `other` where the reason begins with none that is known. */
  readonly code: string;
  /** The check that refused the last answer; null where none did. */
  readonly check: CheckName | null;
  readonly count: number;
  /** The first reason of the group. */
  readonly example: string;
}

export interface Lacks {
  /** The largest group first. */
  readonly groups: readonly LackGroup[];
  /** Files that earn no thought, by kind. */
  readonly plain: Readonly<Record<string, number>>;
  /** Answers given up because of how they ended, by finish reason. */
  readonly finish: Readonly<Record<FinishReason, number>>;
}

export type FinishReason = 'length' | 'content_filter';

export interface LackMeasure {
  add(lack: Lack): void;
  report(): Lacks;
}

const kinds = ['plan', 'purposes', 'thought', 'search'];
const kindsOfPlain = new Set<string>(Object.values(plainKinds));
const exampleLettersMax = 300;

export function createLacks(): LackMeasure {
  const groups = new Map<string, LackGroup>();
  const plain = new Map<string, number>();
  const finish: Record<FinishReason, number> = { length: 0, content_filter: 0 };
  return {
    add: (lack) => {
      if (lack.what === 'plain') {
        const kind = kindsOfPlain.has(lack.reason) ? lack.reason : 'other';
        plain.set(kind, (plain.get(kind) ?? 0) + 1);
        return;
      }
      const what = kinds.includes(lack.what) ? lack.what : 'other';
      const code = codeOf(lack.reason);
      const check = checkOf(code, lack);
      const key = `${what} ${code} ${check}`;
      const known = groups.get(key);
      const example = known?.example ?? lack.reason.slice(0, exampleLettersMax).toWellFormed();
      groups.set(key, { what, code, check, count: (known?.count ?? 0) + 1, example });
      const ended = finishOf(lack.reason);
      if (ended !== null) finish[ended] += 1;
    },
    report: () => ({
      groups: [...groups.entries()]
        .sort(([a, left], [b, right]) => right.count - left.count || (a < b ? -1 : 1))
        .map(([, group]) => group),
      finish,
      plain: Object.fromEntries(
        [...plain].sort(([a, left], [b, right]) => right - left || (a < b ? -1 : 1)),
      ),
    }),
  };
}

function codeOf(reason: string): string {
  const code = /^([A-Z][A-Z_]*):/.exec(reason)?.[1];
  return code !== undefined && Object.hasOwn(errorCodes, code) ? code : 'other';
}

/** A path may hold any text, so what the reason says of its file is skipped first. */
function checkOf(code: string, { reason, path }: Lack): CheckName | null {
  if (code !== 'TEACHER_UNGROUNDED') return null;
  const opening = `${code}: the thought about ${path} fails `;
  if (path !== null && reason.startsWith(opening)) {
    return checkNamed(/^(\w+):/.exec(reason.slice(opening.length))?.[1]);
  }
  // Of a plan: the text that was refused, then its check.
  const named = [...reason.matchAll(/: (\w+)(?=: )/g)].map(([, name]) => checkNamed(name));
  return named.find((check) => check !== null) ?? null;
}

function checkNamed(name: string | undefined): CheckName | null {
  return name !== undefined && Object.hasOwn(checks, name) ? (name as CheckName) : null;
}

function finishOf(reason: string): FinishReason | null {
  if (/: the answer was cut off at \d+ tokens/.test(reason)) return 'length';
  return /\bthe content filter\b/.test(reason) ? 'content_filter' : null;
}
