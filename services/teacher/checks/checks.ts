/**
 * The checks of every answer, in the order in which they are made: first what shows that it is no
 * thought at all, then what makes it a wrong one. Pure.
 */
import { lineRange } from '../../../schemas/lines.ts';
import type { PlanRequest, ThinkRequest } from '../../ports/teacher.ts';
import { instructions } from '../prompts/instructions.ts';
import { wordsOf } from '../words.ts';
import type { Check, Facts } from './check.ts';
import { copies } from './copies.ts';
import { form } from './form.ts';
import { language } from './language.ts';
import { length } from './length.ts';
import { names } from './names.ts';
import { privacy } from './privacy.ts';
import { reads } from './reads.ts';
import { recital, recitedRuns } from './recital.ts';
import { repetition } from './repetition.ts';
import { tense } from './tense.ts';

/** Raised when a check judges otherwise: it decides which answers stand. */
export const checksVersion = 7;

export const checks = {
  form,
  privacy,
  recital,
  language,
  length,
  repetition,
  tense,
  names,
  reads,
  copies,
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof checks;

export interface Finding {
  readonly check: CheckName;
  readonly problem: string;
}

const checkNames = Object.keys(checks) as CheckName[];

/** The first check that fails, or null. */
export function findProblem(
  answer: string,
  facts: Facts,
  wanted: readonly CheckName[] = checkNames,
): Finding | null {
  for (const check of wanted) {
    const problem = checks[check](answer, facts);
    if (problem !== null) return { check, problem };
  }
  return null;
}

/** The search has the guard against copies, and a limit of its own for the length of rewrites. */
export const rewriteChecks = checkNames.filter((name) => name !== 'copies' && name !== 'length');
/** Of requirements and architecture. */
export const proseChecks: readonly CheckName[] = [
  'form',
  'privacy',
  'recital',
  'language',
  'repetition',
  'tense',
  'names',
];
/** Of the purpose of a module, which is a few sentences. */
export const moduleChecks = proseChecks;
/** A purpose is one sentence. */
export const purposeChecks: readonly CheckName[] = [
  'form',
  'privacy',
  'recital',
  'language',
  'names',
];

/** The rewrites of a file are judged by the same material, which is read once for all of them. */
export function keepFacts(): (request: ThinkRequest) => Facts {
  const kept = new WeakMap<object, { readonly request: ThinkRequest; readonly facts: Facts }>();
  return (request) => {
    const known = kept.get(request.reads);
    if (known !== undefined && isSameMaterial(known.request, request)) return known.facts;
    const facts = factsOfFile(request);
    kept.set(request.reads, { request, facts });
    return facts;
  };
}

const material = [
  ...(['name', 'requirements', 'architecture', 'module', 'written', 'path', 'purpose'] as const),
  ...(['structure', 'reads', 'usedBy', 'code', 'part'] as const),
];

function isSameMaterial(one: ThinkRequest, other: ThinkRequest): boolean {
  return material.every((field) => one[field] === other[field]);
}

export function factsOfFile(request: ThinkRequest): Facts {
  const { structure, reads: read, usedBy, path, purpose, part } = request;
  const shown = [
    request.name,
    request.requirements,
    request.architecture,
    ...(request.module === null ? [] : [request.module.name, request.module.purpose]),
    ...request.written.flatMap((file) => [file.path, file.purpose]),
    path,
    purpose,
    structure.language,
    ...structure.symbols.flatMap(({ name, signature, doc }) => [name, signature, doc ?? '']),
    ...structure.externals,
    ...read.flatMap((one) => [one.path, one.text, ...one.names]),
    ...usedBy.flatMap((user) => [user.path, ...user.names]),
    part?.whole.code ?? request.code,
  ];
  return {
    ...shownFacts(shown),
    file: {
      path,
      code: request.code,
      ahead:
        part === undefined
          ? null
          : lineRange(part.whole.code, part.fromLine, Number.MAX_SAFE_INTEGER),
      names: structure.symbols.filter(({ parent }) => parent === null).map(({ name }) => name),
      reads: read,
    },
  };
}

export function factsOfProject(request: PlanRequest): Facts {
  const shown = [
    request.name,
    request.licence,
    request.readme,
    ...request.manifests.flatMap(({ path, text }) => [path, text]),
    ...request.files.flatMap(({ path, language: written, symbols, externals }) => [
      path,
      written,
      ...symbols.flatMap(({ name, signature, doc }) => [name, signature, doc ?? '']),
      ...externals,
    ]),
    ...request.edges.flatMap((edge) => edge.names),
    ...request.modules.map(({ name }) => name),
  ];
  return { ...shownFacts(shown), file: null };
}

/** The whole material is read once, since a plan has a purpose for each of thousands of files. */
function shownFacts(
  texts: readonly string[],
): Pick<Facts, 'shown' | 'shownWords' | 'instructions'> {
  const shown = texts.join('\n').toLowerCase();
  return { shown, shownWords: new Set(wordsOf(shown)), instructions: told };
}

const told = recitedRuns(instructions);
