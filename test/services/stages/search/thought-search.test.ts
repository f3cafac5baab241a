/** I4: the search never raises the bits, and it records every rewrite exactly once. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameText } from '../../../../services/ports/same-text.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import type { RewriteQuestion } from '../../../../services/stages/search/machine.ts';
import { longestRewrite, marginOf, refuse } from '../../../../services/stages/search/rewrites.ts';
import {
  type SearchPorts,
  searchThoughts,
} from '../../../../services/stages/search/thought-search.ts';
import { answerOf, code, defaults, guard, playArbitrary, searchRun } from './arbitrary-search.ts';

interface Script {
  /** What the teacher answers, in the order it is asked. */
  readonly answers: readonly string[];
  /** Bits of a text; others cost 1000. */
  readonly bits: Readonly<Record<string, number>>;
}

function playScript(script: Script) {
  const questions: RewriteQuestion[] = [];
  const scoreCalls: (readonly (readonly string[])[])[] = [];
  const ports: SearchPorts = {
    rewrite: async (question) => {
      questions.push(question);
      return answerOf(script.answers[questions.length - 1] ?? 'one more');
    },
    scoreBare: () => Promise.reject(new Error('nothing is targeted here')),
    score: async (variants) => {
      scoreCalls.push(variants);
      return variants.map((thoughts) => ({
        ...{ bits: script.bits[thoughts.join('|')] ?? 1000, tokens: [] },
      }));
    },
  };
  return { ports, questions, scoreCalls };
}

describe('example', () => {
  const limits = { ...defaults, candidates: 2, iterations: 2, gainBitsMin: 10, gainShareMin: 0 };
  const rows: { name: string; script: Script; outcomes: string[]; after: number; best: string }[] =
    [
      {
        name: 'the better of two is accepted, and the next round starts from it',
        script: { answers: ['a1', 'a2', 'b1', 'b2'], bits: { a1: 900, a2: 800, b1: 795, b2: 700 } },
        outcomes: ['not-better', 'accepted', 'not-better', 'accepted'],
        after: 700,
        best: 'b2',
      },
      {
        name: 'the first of two equal rewrites is accepted',
        script: { answers: ['a1', 'a2'], bits: { a1: 900, a2: 900 } },
        outcomes: ['accepted', 'not-better', 'not-better', 'duplicate'],
        after: 900,
        best: 'a1',
      },
      {
        name: 'a gain below the margin is not kept',
        script: { answers: ['a1', 'a2'], bits: { a1: 990.1, a2: 1001 } },
        outcomes: ['not-better', 'not-better', 'not-better', 'duplicate'],
        after: 1000,
        best: 'start',
      },
      {
        name: 'a gain of exactly the margin is kept',
        script: { answers: ['a1', 'a2'], bits: { a1: 990 } },
        outcomes: ['accepted', 'not-better', 'not-better', 'duplicate'],
        after: 990,
        best: 'a1',
      },
      {
        name: 'refused rewrites are not scored',
        script: { answers: [' start\n', 'a\0', code, 'x'.repeat(5000)], bits: {} },
        outcomes: ['duplicate', 'invalid', 'leak', 'too-long'],
        after: 1000,
        best: 'start',
      },
    ];
  test.each(rows)('$name', async ({ script, outcomes, after, best }) => {
    const { ports, scoreCalls } = playScript(script);
    const result = await searchThoughts(['start'], guard, ports, limits);
    expect(result.candidates.map((candidate) => candidate.outcome)).toEqual(outcomes);
    expect(result).toMatchObject({ bitsBefore: 1000, bitsAfter: after, thoughts: [best] });
    const scored = result.candidates.filter((candidate) => candidate.bits !== null);
    expect(scoreCalls.flat()).toHaveLength(2 + scored.length);
  });

  test('the teacher gets the best text so far, the round, and a new sample', async () => {
    const { ports, questions } = playScript({ answers: ['a1', 'a2'], bits: { a2: 500 } });
    await searchThoughts(['start'], guard, ports, limits);
    expect(questions.map(({ text, round, sample }) => [text, round, sample])).toEqual([
      ['start', 0, 0],
      ['start', 0, 1],
      ['a2', 1, 2],
      ['a2', 1, 3],
    ]);
  });

  test('rewrites are told what was tried of their thought, the latest, and what is to be beaten', async () => {
    const answers = ['n1', 'n2', 'failed', 'x'.repeat(5000), 'b1', 'n1', 'c1', 'c2'];
    const { ports, questions } = playScript({ answers, bits: { b1: 400.4, n1: 1000.6 } });
    const more = { ...limits, iterations: 4, triedMax: 3, gainBitsMin: 0 };
    await searchThoughts(['start'], guard, ports, more);
    const told = questions.map(({ bits, tried }) => [bits, tried.map((each) => each.text)]);
    expect(told.filter((_each, at) => at % 2 === 0)).toEqual([
      [1000, []],
      [1000, ['n1', 'n2']],
      [1000, ['n1', 'n2', '']],
      // A repetition says nothing new, and the best text is told as the thought.
      [400, ['n1', 'n2', '']],
    ]);
    expect(questions[2]?.tried[0]).toEqual({ outcome: 'not-better', bits: 1001, text: 'n1' });
  });

  test('a thought of which there is no other rewrite is asked about no more', async () => {
    const answers = ['a1', 'exhausted', 'b1', 'exhausted', 'c1', 'c2', 'd1', 'd2'];
    const { ports, questions } = playScript({ answers, bits: { 'a1|q': 500 } });
    const long = { ...limits, iterations: 9 };
    const result = await searchThoughts(['p', 'q'], guard, ports, { ...long, idleRoundsMax: 2 });
    // From the better text there may be another one; from the same text there is none.
    expect(questions.map(({ thought, round }) => [thought, round])).toEqual(
      [0, 0, 1, 1].map((round) => [0, round]).concat([0, 0, 1, 1].map((round) => [1, round])),
    );
    expect(result.candidates.map(({ outcome }) => outcome).slice(0, 4)).toEqual([
      ...['accepted', 'exhausted'],
      ...['not-better', 'exhausted'],
    ]);
  });

  test('idle rounds end the search of a thought; the next starts from the best', async () => {
    const answers = ['n1', 'n2', 'm1', 'm2'];
    const { ports, questions } = playScript({ answers, bits: { 'p|m1': 400 } });
    const idle = { ...limits, idleRoundsMax: 1 };
    const result = await searchThoughts(['p', 'q'], guard, ports, idle);
    expect(questions.map(({ thought }) => thought)).toEqual([0, 0, 1, 1, 1, 1]);
    expect(result.thoughts).toEqual(['p', 'm1']);
  });

  test.each([[[Number.NaN, 1]], [[1, Number.POSITIVE_INFINITY]], [[]], [[1]], [[1, 2, 3]]])(
    'throws for the scores %j',
    async (scores) => {
      const score = async () => scores.map((bits) => ({ bits, tokens: [] }));
      const scoreBare = async () => null;
      const ports = { rewrite: async () => ({ text: 'x' }), score, scoreBare };
      await expect(searchThoughts(['start'], guard, ports, limits)).rejects.toThrow(
        'the scorer gave',
      );
    },
  );
});

describe('a scorer that refuses', () => {
  const limits = { ...defaults, candidates: 2, iterations: 2, gainBitsMin: 10, gainShareMin: 0 };
  const refusal = new PipelineError('SCORER_REFUSED', 'too long', { subject: 'scorer.url' });
  const scoredAs = (bits: number | null) => (bits === null ? null : { bits, tokens: [] });

  test('one rewrite is one candidate less, and the other of its round is kept', async () => {
    const { ports } = playScript({ answers: ['a1', 'a2', 'b1', 'b2'], bits: {} });
    const bits: Record<string, number | null> = { start: 1000, a1: null, a2: 900 };
    const score: SearchPorts['score'] = async (variants) =>
      variants.map((thoughts) => scoredAs(bits[thoughts.join('|')] ?? null));
    const result = await searchThoughts(['start'], guard, { ...ports, score }, limits);
    expect(result).toMatchObject({ thoughts: ['a2'], bitsAfter: 900, bitsNone: null });
    expect(result.candidates.map(({ outcome, bits: own, text }) => [outcome, own, text])).toEqual([
      ['unscored', null, null],
      ['accepted', 900, 'a2'],
      ['unscored', null, null],
      ['unscored', null, null],
    ]);
  });

  test('all rewrites of a round is as many candidates less; the first thought ends the search', async () => {
    const { ports, scoreCalls } = playScript({
      answers: ['a1', 'a2', 'b1', 'b2'],
      bits: { b2: 5 },
    });
    const score: SearchPorts['score'] = async (variants) => {
      if (scoreCalls.length === 1) {
        scoreCalls.push(variants);
        throw refusal;
      }
      return ports.score(variants);
    };
    const result = await searchThoughts(['start'], guard, { ...ports, score }, limits);
    expect(result.candidates.map(({ outcome }) => outcome)).toEqual([
      'unscored',
      'unscored',
      'not-better',
      'accepted',
    ]);
    const none = { ...ports, score: () => Promise.reject(refusal) };
    await expect(searchThoughts(['start'], guard, none, limits)).rejects.toBe(refusal);
    const half: SearchPorts['score'] = async () => [null, scoredAs(1)];
    const search = searchThoughts(['start'], guard, { ...ports, score: half }, limits);
    await expect(search).rejects.toMatchObject({ code: 'SCORER_REFUSED' });
  });
});

describe('refusals', () => {
  test.each([
    ['', 'invalid'],
    [' \n\t', 'invalid'],
    ['...', 'invalid'],
    ['a bell \u0007', 'invalid'],
    ['carriage\r\nreturn', 'invalid'],
    ['half a pair \ud800', 'invalid'],
    ['broken \uFFFD', 'invalid'],
    ['@@@ write "a.ts"', 'invalid'],
    ['a\n@@@ think\nb', 'invalid'],
    ['a @@@ think\n @@@ b', null],
    ['é'.repeat(51), 'too-long'],
    ['known  text', 'duplicate'],
    ['known\ntext', 'duplicate'],
    [code, 'leak'],
    ['a new thought,\n\twith `names`', null],
    ['思考', null],
  ])('%j is %s', (text, refusal) => {
    expect(
      refuse(text, new Set([sameText('known text')]), { bytesMax: 100, fence: '@@@' }, guard),
    ).toBe(refusal);
  });

  test('a rewrite may grow with the first thought, within the absolute limit', () => {
    const limits = { ...defaults, growthMax: 2, growthBytesMin: 100, thoughtBytesMax: 500 };
    expect(longestRewrite('x', limits)).toBe(100);
    expect(longestRewrite('é'.repeat(60), limits)).toBe(240);
    expect(longestRewrite('x'.repeat(400), limits)).toBe(500);
  });

  test('uses the larger of the absolute and the relative margin', () => {
    const limits = { ...defaults, gainBitsMin: 8, gainShareMin: 0.01 };
    expect(marginOf(100, limits)).toBe(8);
    expect(marginOf(10_000, limits)).toBe(100);
  });
});

describe('properties', () => {
  test('I4: bits never rise, accepted ones meet the margin, each rewrite is recorded once', () =>
    fc.assert(
      fc.asyncProperty(searchRun, async (played) => {
        const { first, limits: some } = played;
        const limits = { ...defaults, ...some };
        const { ports, asked, bitsOf } = playArbitrary(played);
        const result = await searchThoughts(first, guard, ports, limits);
        expect(result.bitsBefore).toBe(bitsOf(first));
        expect(result.bitsNone).toBe(bitsOf([]));
        expect(result.candidates.length).toBe(asked.length);
        expect(result.bitsAfter).toBe(bitsOf(result.thoughts));
        expect(result.bitsAfter).toBeLessThanOrEqual(result.bitsBefore);
        expect(result.thoughts).toHaveLength(first.length);
        let best = result.bitsBefore;
        for (const candidate of result.candidates) {
          const scored = ['accepted', 'not-better'].includes(candidate.outcome);
          expect(candidate.bits !== null).toBe(scored);
          if (candidate.outcome !== 'accepted') continue;
          expect(candidate.bits).toBeLessThan(best);
          expect(candidate.bits).toBeLessThanOrEqual(best - marginOf(best, limits));
          best = candidate.bits ?? Number.NaN;
        }
        expect(best).toBe(result.bitsAfter);
        const recorded = result.candidates.map(
          ({ thought, round, ordinal }) =>
            `${thought} ${round} ${round * limits.candidates + ordinal}`,
        );
        expect(recorded).toEqual(asked);
        expect(new Set(recorded).size).toBe(recorded.length);
        for (const text of result.thoughts) {
          if (!first.includes(text)) expect(guard.find(text)).toBeNull();
        }
      }),
      { numRuns: 300, seed: 11 },
    ));

  test('I6: the same teacher and scorer give the same result', () =>
    fc.assert(
      fc.asyncProperty(searchRun, async (played) => {
        const limits = { ...defaults, ...played.limits };
        const search = () =>
          searchThoughts(played.first, guard, playArbitrary(played).ports, limits);
        expect(await search()).toEqual(await search());
      }),
      { numRuns: 50, seed: 12 },
    ));
});
