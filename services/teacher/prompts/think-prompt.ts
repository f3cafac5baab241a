/**
 * Asks for the thought before a file, and for rewrites of it during the search. Both begin with the
 * same bytes: the instructions, the project, the file and what was read. Only the end differs, so a
 * server that keeps prefixes reads them once per file.
 */
import { lineRange } from '../../../schemas/lines.ts';
import type { LineSpan, PartsRequest, RewriteRequest, ThinkRequest } from '../../ports/teacher.ts';
import { withoutControlNames } from './control-names.ts';
import { thoughtInstructions } from './instructions.ts';
import { wordsWanted } from './length.ts';
import { fitLines, fitText, joinMaterial, type Material, material } from './material.ts';
import { mendingParts } from './mending.ts';
import { byteCost, outlineFile } from './outline.ts';
import type { Prompt } from './version.ts';

/** Shares of the longest prompt. What the rewrites add has a share of its own. */
const shares = {
  requirements: 0.05,
  architecture: 0.05,
  module: 0.01,
  written: 0.04,
  reads: 0.21,
  usedBy: 0.02,
  outline: 0.06,
  file: 0.36,
  thought: 0.1,
  tried: 0.04,
  surprising: 0.01,
} as const;

export function thinkPrompt(request: ThinkRequest, bytesMax: number): Prompt {
  const words = wordsWanted(Buffer.byteLength(request.code));
  return render(request, bytesMax, [
    `Write the thought that leads to this ${nounOf(request)}, in about ${words} words.`,
  ]);
}

/** The name of a part in prompts and answers. */
export function partName(number: number): string {
  return `part_${number}`;
}

/** All thoughts of a long file at once. Of each part the prompt holds at least the beginning. */
export function thinkPartsPrompt({ parts, ...request }: PartsRequest, bytesMax: number): Prompt {
  const wanted = codesOf(request.code, parts).map(
    (code, at) => `${partName(at + 1)}: about ${wordsWanted(Buffer.byteLength(code))} words`,
  );
  return render(
    request,
    bytesMax,
    [
      `The file is written in ${parts.length} parts, one after another. Before each part, you think about that part.`,
      `Write these thoughts: the first says also what the file is for, each later one goes on from what is written. ${wanted.join('; ')}.`,
      `Answer with one JSON object with the keys ${parts.map((_span, at) => `"${partName(at + 1)}"`).join(', ')}, each a string.`,
    ],
    partsOfFile(request.code, parts, bytesMax),
  );
}

function codesOf(code: string, parts: readonly LineSpan[]): string[] {
  return parts.map(({ fromLine, toLine }) => lineRange(code, fromLine, toLine));
}

/** All parts, or where they do not fit, the beginning of each. */
function partsOfFile(code: string, parts: readonly LineSpan[], bytesMax: number): Material[] {
  const room = isShownWhole(code, bytesMax)
    ? Number.POSITIVE_INFINITY
    : Math.floor((bytesMax * shares.file) / parts.length);
  return codesOf(code, parts).map((each, at) => material(partName(at + 1), fitText(each, room)));
}

function isShownWhole(code: string, bytesMax: number): boolean {
  return Buffer.byteLength(withoutControlNames(code)) <= bytesMax * shares.file;
}

function nounOf({ part }: ThinkRequest): string {
  if (part === undefined) return 'file';
  const { number, of, fromLine, toLine } = part;
  const before = number === 1 ? '' : '; the parts before it are written';
  return `part of the file (${partName(number)} of ${of}, lines ${fromLine} to ${toLine}${before})`;
}

/** What a candidate should try, so that the candidates of a round differ in kind. */
const emphases = [
  'Add how the main definitions proceed, step by step.',
  'Add names: locals, parameters, keys and constants, each with its role.',
  'Make the reasoning tighter: drop what a reader could guess, keep and sharpen what predicts the code.',
  'Add the edge cases, errors and defaults that the file handles, and why.',
  'Add what is taken from each dependency, where it is used, and the order of definitions.',
  'Explain the hardest part of the file in more depth.',
] as const;

/**
 * The thought so far comes before what was tried: it stays the same until a rewrite is accepted,
 * so a server that keeps prefixes reads it once for most rounds.
 */
export function rewritePrompt(request: RewriteRequest, sample: number, bytesMax: number): Prompt {
  const emphasis = emphases[(request.round * 2 + sample) % emphases.length] ?? emphases[0];
  return render(request, bytesMax, [
    material('thought-so-far', fitText(request.thought, bytesMax * shares.thought)),
    `After that thought, a model that predicts text still needs ${request.bits} bits for this ${nounOf(request)}; fewer are better.`,
    ...weakParts(request, bytesMax),
    ...triedParts(request, bytesMax),
    `Rewrite the thought so far as a whole, so that this ${nounOf(request)} becomes predictable: after reading it, few of its words surprise.`,
    `${emphasis} At most ${request.bytesMax} bytes.`,
  ]);
}

/** Each of up to so many rewrites has the same room, so that a later round only adds to the end. */
const triedUsual = 8;

/** Earlier rewrites in the order in which they were tried. */
function triedParts({ tried }: RewriteRequest, bytesMax: number): (string | Material)[] {
  if (tried.length === 0) return [];
  const room = Math.floor((bytesMax * shares.tried) / Math.max(triedUsual, tried.length));
  return [
    'Rewrites that were tried, and what came of them. Say something else than they do:',
    ...tried.map(({ outcome, bits, text }) => {
      const shown = outcome === 'invalid' ? '' : fitText(text, room);
      const measured = bits === null ? '' : `, ${bits} bits`;
      return material('tried', `${triedOutcomes[outcome]}${measured}\n${shown}`.trimEnd());
    }),
  ];
}

function weakParts({ weakLines = [] }: RewriteRequest, bytesMax: number): (string | Material)[] {
  if (weakLines.length === 0) return [];
  const lines = weakLines.map(({ line, bits, text }) => `line ${line}, ${bits} bits: ${text}`);
  return [
    'These lines surprise most. Explain what leads to them, in your own words:',
    material('surprising', fitLines(lines, bytesMax * shares.surprising)),
  ];
}

const triedOutcomes = {
  accepted: 'better than before it, and surpassed since',
  'not-better': 'not better',
  leak: 'refused, because it copies the code',
  'too-long': 'refused, because it is too long',
  invalid: 'refused, because it is no plain text',
} as const;

/**
 * Of a part, the whole file where it fits: so prompts about all parts begin as the one that asked
 * for their thoughts.
 */
function render(
  { part, ...request }: ThinkRequest,
  bytesMax: number,
  ask: readonly (string | Material)[],
  file?: readonly Material[],
): Prompt {
  if (part !== undefined && isShownWhole(part.whole.code, bytesMax)) {
    const { parts, ...whole } = part.whole;
    const all = partsOfFile(whole.code, parts, bytesMax);
    return render({ ...request, ...whole }, bytesMax, ask, all);
  }
  const project = projectParts(request, bytesMax);
  const user = joinMaterial(
    [
      ...project,
      ...aboutFile(request, bytesMax),
      ...(file ?? [material('file', fitText(request.code, bytesMax * shares.file))]),
      ...ask,
      ...mendingParts(request.mending, bytesMax),
    ],
    project,
  );
  return { system: thoughtInstructions, user };
}

/** The same for every file of a project. */
function projectParts(request: ThinkRequest, bytesMax: number): Material[] {
  return [
    material('project', request.name),
    material('requirements', fitText(request.requirements, bytesMax * shares.requirements)),
    material('architecture', fitText(request.architecture, bytesMax * shares.architecture)),
  ];
}

function aboutFile(request: ThinkRequest, bytesMax: number): Material[] {
  const readShare = Math.floor((bytesMax * shares.reads) / Math.max(1, request.reads.length));
  const users = request.usedBy.map(({ path, names }) =>
    names.length === 0 ? path : `${path}: ${names.slice(0, 10).join(', ')}`,
  );
  const written = request.written.map(({ path, purpose }) => `${path}: ${purpose}`);
  const module = request.module === null ? '' : `${request.module.name}: ${request.module.purpose}`;
  return [
    material('module', fitText(module, bytesMax * shares.module)),
    material('written-so-far', fitLines(written, bytesMax * shares.written)),
    material('task', `file: ${request.path}\npurpose: ${request.purpose}`),
    ...request.reads.map((read) =>
      material('read', `${read.path}\n${fitText(read.text, readShare)}`),
    ),
    material('used-by', fitLines(users, bytesMax * shares.usedBy)),
    material('outline', outlineFile(request.structure, bytesMax * shares.outline, byteCost)),
  ];
}
