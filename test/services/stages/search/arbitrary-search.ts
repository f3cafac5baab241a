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
  /** A rewrite of so many cannot be scored; 0 for none. */
  unscored: fc.constantFrom(0, 0, 2, 5),
  limits: fc.record({
    candidates: fc.integer({ min: 1, max: 4 }),
    iterations: fc.integer({ min: 1, max: 4 }),
    bytesPerPlace: fc.constantFrom(0, 0, 20, 60),
    idleRoundsMax: fc.integer({ min: 1, max: 4 }),
    gainBitsMin: fc.double({ min: 0, max: 500, noNaN: true }),
    rewritesMax: fc.integer({ min: 0, max: 20 }),
    gainShareMin: fc.double({ min: 0, max: 0.5, noNaN: true }),
  }),
});

interface Played {
  readonly first: readonly string[];
  readonly answers: readonly string[];
  readonly scores: readonly number[];
  readonly unscored: number;
}

/** A scorer that is a function of the text, and a teacher that is one of the question. */
export function playArbitrary({ first, answers, scores, unscored }: Played) {
  const asked: string[] = [];
  const hash = (text: string) => {
    let value = 7;
    for (const character of text) value = (Math.imul(value, 31) + character.charCodeAt(0)) >>> 0;
    return value;
  };
  const bitsOf = (thoughts: readonly string[]) =>
    scores[hash(thoughts.join('|')) % scores.length] as number;
  const isUnscored = (thoughts: readonly string[]) =>
    unscored > 0 &&
    !(thoughts.length === 0 || thoughts.join('|') === first.join('|')) &&
    hash(thoughts.join('-')) % unscored === 0;
  const lines = code.split(/(?<=\n)/);
  /** Line by line, in uneven shares. */
  const scoreOf = (thoughts: readonly string[], bits: number) => {
    let end = 0;
    const tokens = lines.map((line, index) => {
      end += line.length;
      return { end, bits: (bits * (1 + ((hash(thoughts.join('')) + index) % 3))) / 9 };
    });
    return { bits, tokens };
  };
  const ports: SearchPorts = {
    rewrite: async (question) => {
      asked.push(`${question.thought} ${question.round} ${question.sample}`);
      return answerOf(answers[(question.thought * 16 + question.sample) % answers.length] ?? '');
    },
    score: async (variants) =>
      variants.map((each) => (isUnscored(each) ? null : scoreOf(each, bitsOf(each)))),
    scoreBare: async (variant) => scoreOf(['without', ...variant], 2 * bitsOf(variant)),
  };
  return { ports, asked, bitsOf };
}
