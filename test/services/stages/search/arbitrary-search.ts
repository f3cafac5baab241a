/** Searches of any shape: texts, scores and limits, and the ports that play them. */
import fc from 'fast-check';
import { createLeakGuard } from '../../../../services/ports/leak-guard.ts';
import { searchKnobs } from '../../../../services/stages/search/config.ts';
import type { RewriteAnswer } from '../../../../services/stages/search/rewrites.ts';
import type { SearchPorts } from '../../../../services/stages/search/thought-search.ts';

export const code = 'export function add(first, second) {\n  return first + second;\n}\n';
export const defaults = {
  ...searchKnobs.parse({}),
  ...{ fence: '@@@', target: code, rewritesMax: Number.MAX_SAFE_INTEGER },
};
export const guard = createLeakGuard(code, [], defaults);

/** Two words stand for what is no text. */
export function answerOf(answer: string): RewriteAnswer {
  return answer === 'failed' || answer === 'exhausted' ? { none: answer } : { text: answer };
}

/** Arbitrary teachers and scorers: texts from a small pool, so that duplicates and leaks occur. */
const pool = fc.oneof(
  fc.constantFrom(
    'failed',
    'exhausted',
    '',
    'a',
    'b',
    'c d',
    'c  d',
    code,
    'x'.repeat(3000),
    '\0',
    'return first',
  ),
  fc.string({ maxLength: 20 }),
);
export const searchRun = fc.record({
  first: fc.array(pool, { minLength: 1, maxLength: 3 }),
  answers: fc.array(pool, { minLength: 1, maxLength: 40 }),
  scores: fc.array(fc.double({ min: 0, max: 5000, noNaN: true }), { minLength: 1, maxLength: 60 }),
  limits: fc.record({
    candidates: fc.integer({ min: 1, max: 4 }),
    iterations: fc.integer({ min: 1, max: 4 }),
    idleRoundsMax: fc.integer({ min: 1, max: 4 }),
    gainBitsMin: fc.double({ min: 0, max: 500, noNaN: true }),
    rewritesMax: fc.integer({ min: 0, max: 20 }),
    gainShareMin: fc.double({ min: 0, max: 0.5, noNaN: true }),
  }),
});

/** A scorer that is a function of the text, and a teacher that is one of the question. */
export function playArbitrary(answers: readonly string[], scores: readonly number[]) {
  const asked: string[] = [];
  const hash = (text: string) => {
    let value = 7;
    for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) >>> 0;
    return value;
  };
  const bitsOf = (thoughts: readonly string[]) =>
    scores[hash(thoughts.join('|')) % scores.length] as number;
  const ports: SearchPorts = {
    rewrite: async (question) => {
      asked.push(`${question.thought} ${question.round} ${question.sample}`);
      return answerOf(answers[(question.thought * 16 + question.sample) % answers.length] ?? '');
    },
    score: async (variants) => variants.map((thoughts) => ({ bits: bitsOf(thoughts), tokens: [] })),
  };
  return { ports, asked, bitsOf };
}
