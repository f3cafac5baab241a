/** S1–S10: whatever the order, the failures and the stops, one search has one end. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  begin,
  type Command,
  pendingOf,
  type SearchEvent,
  type SearchState,
  step,
} from '../../../../services/stages/search/machine.ts';
import { marginOf } from '../../../../services/stages/search/rewrites.ts';
import { code, defaults, guard, playArbitrary, searchRun } from './arbitrary-search.ts';

/** What disturbs a search: which command is served next, again, or before a stop. */
const disturbance = fc.record({
  picks: fc.array(fc.nat(), { minLength: 1, maxLength: 60 }),
  again: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
  stops: fc.array(fc.boolean(), { minLength: 1, maxLength: 60 }),
});
type Disturbance = typeof disturbance extends fc.Arbitrary<infer Value> ? Value : never;
type Run = typeof searchRun extends fc.Arbitrary<infer Value> ? Value : never;

const calm: Disturbance = { picks: [0], again: [false], stops: [false] };

async function play(run: Run, disturbed: Disturbance) {
  const { first, limits } = run;
  const rules = { guard, limits: { ...defaults, ...limits } };
  const { ports } = playArbitrary(run);
  const asked: string[] = [];
  const scored: string[] = [];
  const eventOf = async (command: Command): Promise<SearchEvent> => {
    if (command.kind === 'score') {
      scored.push(...command.variants.map((variant) => JSON.stringify(variant)));
      return { kind: 'scored', scores: await ports.score(command.variants) };
    }
    if (command.kind === 'score-bare') {
      return { kind: 'scored-bare', score: await ports.scoreBare(command.variant) };
    }
    const { question } = command;
    asked.push(`${question.thought} ${question.round} ${question.ordinal}`);
    return { kind: 'answered', question, answer: await ports.rewrite(question) };
  };
  let { state, commands } = begin(first, rules);
  const states: SearchState[] = [state];
  const late: SearchEvent[] = [];
  for (let turn = 0; commands.length > 0; turn += 1) {
    expect(turn).toBeLessThan(1000);
    const pick = disturbed.picks[turn % disturbed.picks.length] ?? 0;
    const command = commands[pick % commands.length] as Command;
    const event = await eventOf(command);
    const stepped = step(state, event, rules);
    state = stepped.state;
    states.push(state);
    commands = [...commands.filter((each) => each !== command), ...stepped.commands];
    late.push(event);
    if (disturbed.again[turn % disturbed.again.length]) {
      // A late event: an answer is known by its place; scores are told only where they are awaited.
      const old = late.filter(({ kind }) => kind === 'answered')[pick % late.length];
      if (old !== undefined && !isAwaited(old, state)) {
        expect(step(state, old, rules)).toEqual({ state, commands: [] });
      }
    }
    if (disturbed.stops[turn % disturbed.stops.length]) {
      state = JSON.parse(JSON.stringify(state));
      commands = [...pendingOf(state, rules)];
    }
  }
  return { state, states, asked, scored, rules };
}

function isAwaited(event: SearchEvent, state: SearchState): boolean {
  if (event.kind !== 'answered') return true;
  const { thought, round, ordinal } = event.question;
  const here = state.phase === 'ask' && state.thought === thought && state.round === round;
  return here && state.answers[ordinal] === null;
}

test('S1, S2, S5, S6, S8–S10: a search ends, records each rewrite once, and never loses bits', () =>
  fc.assert(
    fc.asyncProperty(searchRun, disturbance, async (run, disturbed) => {
      const { state, states, asked, scored, rules } = await play(run, disturbed);
      const { limits } = rules;
      expect(state.phase).toBe('done');
      const recorded = state.candidates.map(
        ({ thought, round, ordinal }) => `${thought} ${round} ${ordinal}`,
      );
      expect(recorded).toEqual([...new Set(asked)].sort(byPlace));
      expect(recorded.length).toBeLessThanOrEqual(limits.rewritesMax);
      if (state.places !== null) {
        const { places } = state;
        expect(places.length * limits.bytesPerPlace).toBeLessThanOrEqual(code.length);
        expect(recorded.length).toBeLessThanOrEqual(places.length * limits.candidates);
      }
      expect(limits.bytesPerPlace === 0).toBe(state.places === null);
      expect(state.left).toBeGreaterThanOrEqual(0);
      for (const [thought] of run.first.entries()) {
        const own = state.candidates.filter((each) => each.thought === thought);
        expect(own.length).toBeLessThanOrEqual(limits.candidates * limits.iterations);
        const texts = own.flatMap(({ text }) => text ?? []);
        expect(new Set(texts).size).toBe(texts.length);
      }
      // A refused rewrite is one less: the others of its round are scored.
      for (const { outcome, bits, text } of state.candidates) {
        const isScored = ['accepted', 'not-better'].includes(outcome);
        expect([bits !== null, text !== null]).toEqual([isScored, isScored]);
      }
      expect(scored.length).toBeGreaterThanOrEqual(2);
      let bits = state.bitsBefore;
      for (const { phase, best } of states) {
        if (phase === 'measure' || phase === 'place' || best.bits === bits) continue;
        expect(best.bits).toBeLessThan(bits);
        expect(best.bits).toBeLessThanOrEqual(bits - marginOf(bits, limits));
        bits = best.bits;
      }
    }),
    { numRuns: 300, seed: 21 },
  ));

test('S3, S4, S7: neither order nor repetition nor a stop changes the end', () =>
  fc.assert(
    fc.asyncProperty(searchRun, disturbance, async (run, disturbed) => {
      const plain = await play(run, calm);
      const other = await play(run, disturbed);
      expect(other.state).toEqual(plain.state);
      // What was answered and told is not asked again after a stop.
      expect(other.asked.length).toBe(new Set(other.asked).size);
      expect(other.scored.length).toBe(plain.scored.length);
    }),
    { numRuns: 300, seed: 22 },
  ));

function byPlace(a: string, b: string): number {
  const [first, second] = [a.split(' ').map(Number), b.split(' ').map(Number)];
  const at = first.findIndex((each, index) => each !== second[index]);
  return at < 0 ? 0 : (first[at] ?? 0) - (second[at] ?? 0);
}
