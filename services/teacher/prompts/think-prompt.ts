/** Asks for the thought before a file, and for rewrites of it during the search. */
import type { RewriteRequest, ThinkRequest } from '../../ports/teacher.ts';
import {
  fitLines,
  fitText,
  joinMaterial,
  type Material,
  material,
  materialRule,
} from './material.ts';
import { byteCost, outlineFile } from './outline.ts';
import type { Prompt } from './version.ts';

const rules = [
  'Write plain paragraphs in the present tense, first person allowed, as someone who works it out before typing.',
  'Reason concretely: what is needed from the files read and why, which definitions in which order, parameters, state, control flow, edge cases, error messages in your own words.',
  'Name identifiers freely, but never copy code: no more than eight consecutive tokens of the file, no code blocks.',
  'No praise, no filler, no summary of these rules, no mention that the file already exists.',
];

export function thinkPrompt(request: ThinkRequest, bytesMax: number): Prompt {
  return {
    system: [
      'You are a software engineer who is about to write one file of a project. You see the files you have read and, so that your thought is true, the file as it will be.',
      ...rules,
      'Length: about a third of the file, between 80 and 700 words.',
      materialRule,
      'Answer with one JSON object: {"thought": string}.',
    ].join('\n'),
    user: joinMaterial([
      ...context(request, bytesMax),
      'Write the thought that leads to this file.',
    ]),
  };
}

/** What a candidate should try, so that the candidates of a round differ in kind. */
const emphases = [
  'Add the control flow of the main definitions step by step.',
  'Add names: locals, parameters, keys and constants, each with its role.',
  'Make the reasoning tighter: drop what a reader could guess, keep and sharpen what predicts the code.',
  'Add the edge cases, errors and defaults that the file handles, and why.',
  'Add what is taken from each dependency, where it is used, and the order of definitions.',
  'Explain the hardest part of the file in more depth.',
] as const;

export function rewritePrompt(request: RewriteRequest, sample: number, bytesMax: number): Prompt {
  const emphasis = emphases[(request.round * 2 + sample) % emphases.length] ?? emphases[0];
  return {
    system: [
      'You improve the thought of a software engineer who is about to write one file. A good thought makes the file predictable: after reading it, few tokens of the file surprise.',
      ...rules,
      `The rewritten thought has at most ${request.bytesMax} bytes.`,
      materialRule,
      'Answer with one JSON object: {"thought": string}, the whole rewritten thought.',
    ].join('\n'),
    user: joinMaterial([
      ...context(request, bytesMax * 0.85),
      material('thought-so-far', fitText(request.thought, bytesMax * 0.12)),
      `Rewrite the thought. ${emphasis}`,
    ]),
  };
}

function context(request: ThinkRequest, bytesMax: number): Material[] {
  const readShare =
    request.reads.length === 0 ? 0 : Math.floor((bytesMax * 0.3) / request.reads.length);
  const users = request.usedBy.map(({ path, names }) =>
    names.length === 0 ? path : `${path}: ${names.slice(0, 10).join(', ')}`,
  );
  return [
    material(
      'task',
      `project: ${request.name}\nfile: ${request.path}\npurpose: ${request.purpose}`,
    ),
    material('requirements', fitText(request.requirements, bytesMax * 0.06)),
    ...request.reads.map((read) =>
      material('read', `${read.path}\n${fitText(read.text, readShare)}`),
    ),
    material('used-by', fitLines(users, bytesMax * 0.03)),
    material('outline', outlineFile(request.structure, bytesMax * 0.08, byteCost)),
    material('file', fitText(request.code, bytesMax * 0.48)),
  ];
}
