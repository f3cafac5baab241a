/**
 * Asks for the thought before a file, and for rewrites of it during the search. Both begin with the
 * same bytes: the instructions, the project, the file and what was read. Only the end differs, so a
 * server that keeps prefixes reads them once per file.
 */
import type { RewriteRequest, ThinkRequest } from '../../ports/teacher.ts';
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
  written: 0.04,
  reads: 0.25,
  usedBy: 0.02,
  outline: 0.06,
  file: 0.38,
  thought: 0.1,
} as const;

export function thinkPrompt(request: ThinkRequest, bytesMax: number): Prompt {
  const words = wordsWanted(Buffer.byteLength(request.code));
  return render(request, bytesMax, [
    `Write the thought that leads to this file, in about ${words} words.`,
  ]);
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

export function rewritePrompt(request: RewriteRequest, sample: number, bytesMax: number): Prompt {
  const emphasis = emphases[(request.round * 2 + sample) % emphases.length] ?? emphases[0];
  return render(request, bytesMax, [
    material('thought-so-far', fitText(request.thought, bytesMax * shares.thought)),
    'Rewrite that thought as a whole, so that the file becomes predictable: after reading it, few words of the file surprise.',
    `${emphasis} At most ${request.bytesMax} bytes.`,
  ]);
}

function render(
  request: ThinkRequest,
  bytesMax: number,
  ask: readonly (string | Material)[],
): Prompt {
  const project = projectParts(request, bytesMax);
  const user = joinMaterial(
    [
      ...project,
      ...fileParts(request, bytesMax),
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

function fileParts(request: ThinkRequest, bytesMax: number): Material[] {
  const readShare = Math.floor((bytesMax * shares.reads) / Math.max(1, request.reads.length));
  const users = request.usedBy.map(({ path, names }) =>
    names.length === 0 ? path : `${path}: ${names.slice(0, 10).join(', ')}`,
  );
  const written = request.written.map(({ path, purpose }) => `${path}: ${purpose}`);
  return [
    material('written-so-far', fitLines(written, bytesMax * shares.written)),
    material('task', `file: ${request.path}\npurpose: ${request.purpose}`),
    ...request.reads.map((read) =>
      material('read', `${read.path}\n${fitText(read.text, readShare)}`),
    ),
    material('used-by', fitLines(users, bytesMax * shares.usedBy)),
    material('outline', outlineFile(request.structure, bytesMax * shares.outline, byteCost)),
    material('file', fitText(request.code, bytesMax * shares.file)),
  ];
}
