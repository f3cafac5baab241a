/**
 * How a record ends: one test for each row of the table, through every runner that it applies to.
 * Outside a handler a transient fault costs no record, however long it lasts (I5, I11).
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  endings,
  type Fate,
  type Thrown,
  thrownAs,
} from '../../../../services/runtime/engine/endings.ts';
import { PipelineError } from '../../../../services/runtime/errors.ts';
import { drop, type Outcome, reject, retry } from '../../../../services/runtime/outcomes.ts';
import { ProcessDeath } from '../../../../services/runtime/stage.ts';
import {
  closeHarnesses,
  harness,
  nothing,
  type Observed,
  observe,
  output,
  startOne,
  type Trouble,
  traces,
} from './endings-harness.ts';

afterEach(closeHarnesses);

/** An error of each kind that can be thrown. */
const errors = {
  drop: new PipelineError('SOURCE_EMPTY', 'nothing in it'),
  reject: new PipelineError('RECORD_INVALID', 'bad for ever'),
  retry: new PipelineError('REGISTRY_UNAVAILABLE', 'down'),
  fatal: new PipelineError('STORE_UNAVAILABLE', 'gone'),
  crash: new TypeError('our bug'),
} as const satisfies Record<Thrown, Error>;

/** The observable effects of each fate; the reason comes from the error. */
function sightOf(fate: Fate, reason: string, attempts = 1): Observed {
  const complete = { ...nothing, complete: true };
  switch (fate) {
    case 'complete':
    case 'again':
      return { ...complete, outputs: 1 };
    case 'drop':
      return { ...complete, dropped: [['drop', reason]] };
    case 'dead letter':
      return { ...complete, dropped: [['dead_letter', reason]], letters: [[reason, attempts]] };
    case 'poison':
      return { ...sightOf('dead letter', 'STAGE_POISONED', 3), restarts: 1 };
    case 'restart':
      return { ...nothing, restarts: 1 };
    case 'stop':
      return { ...nothing, stopped: reason };
  }
}

interface Case {
  readonly what: string;
  readonly kind: 'emit' | Thrown;
  readonly fate: Fate;
  readonly trouble: Trouble;
  readonly attempts?: number;
}

const throwing = (error: unknown) => () => {
  throw error;
};
const firstTwo = (act: () => readonly Outcome[]) => (calls: number) =>
  calls < 3 ? act() : output();
const askAgain = () => [retry('REGISTRY_UNAVAILABLE', 'down', 1)];
const { retry: passing } = errors;

const handlerCases: readonly Case[] = [
  { what: 'emits', kind: 'emit', fate: 'complete', trouble: {} },
  {
    what: 'decides on a drop',
    kind: 'drop',
    fate: 'drop',
    trouble: { handle: () => [drop('SOURCE_EMPTY', 'nothing in it')] },
  },
  {
    what: 'throws a code that drops',
    kind: 'drop',
    fate: 'drop',
    trouble: { handle: throwing(errors.drop) },
  },
  {
    what: 'rejects',
    kind: 'reject',
    fate: 'dead letter',
    trouble: { handle: () => [reject('RECORD_INVALID', 'bad for ever')] },
  },
  {
    what: 'throws a code that rejects',
    kind: 'reject',
    fate: 'dead letter',
    trouble: { handle: throwing(errors.reject) },
  },
  {
    what: 'asks for a retry, then emits',
    kind: 'retry',
    fate: 'again',
    trouble: { handle: firstTwo(askAgain) },
  },
  {
    what: 'throws a retriable code, then emits',
    kind: 'retry',
    fate: 'again',
    trouble: { handle: firstTwo(throwing(passing)) },
  },
  {
    what: 'asks for a retry at every try',
    kind: 'retry',
    fate: 'dead letter',
    trouble: { handle: askAgain },
    attempts: 3,
  },
  {
    what: 'throws a retriable code at every try',
    kind: 'retry',
    fate: 'dead letter',
    trouble: { handle: throwing(passing) },
    attempts: 3,
  },
  {
    what: 'throws a fatal code',
    kind: 'fatal',
    fate: 'stop',
    trouble: { handle: throwing(errors.fatal) },
  },
  {
    what: 'throws an error without a code',
    kind: 'crash',
    fate: 'restart',
    trouble: { handle: throwing(errors.crash) },
  },
  {
    what: 'throws an error without a code, for the last time',
    kind: 'crash',
    fate: 'poison',
    trouble: { handle: throwing(errors.crash), crashes: 2 },
  },
  {
    what: 'returns two endings at once, which is a bug',
    kind: 'crash',
    fate: 'restart',
    trouble: { handle: () => [...output(), drop('SOURCE_EMPTY', '')] },
  },
];

const always = (error: unknown): Trouble => ({ reading: { error, times: 'always' } });

const aroundCases: readonly Case[] = [
  { what: 'a code that drops', kind: 'drop', fate: 'dead letter', trouble: always(errors.drop) },
  {
    what: 'a code that rejects',
    kind: 'reject',
    fate: 'dead letter',
    trouble: always(errors.reject),
  },
  {
    what: 'a retriable code, once',
    kind: 'retry',
    fate: 'again',
    trouble: { reading: { error: passing, times: 'once' } },
  },
  {
    what: 'a retriable code, at every try',
    kind: 'retry',
    fate: 'stop',
    trouble: { ...always(passing), settings: { patienceMs: 50 } },
  },
  { what: 'a fatal code', kind: 'fatal', fate: 'stop', trouble: always(errors.fatal) },
  { what: 'no code', kind: 'crash', fate: 'restart', trouble: always(errors.crash) },
  {
    what: 'an error without a code, for the last time',
    kind: 'crash',
    fate: 'poison',
    trouble: { ...always(errors.crash), crashes: 2 },
  },
];

function expected({ kind, fate, attempts }: Case): Observed {
  const error = kind === 'emit' ? undefined : errors[kind];
  return sightOf(fate, error instanceof PipelineError ? error.code : 'none', attempts);
}

describe.each(['map', 'join'] as const)('in the handler of a %s that', (shape) => {
  it.each(handlerCases)('$what: $fate', async (row) => {
    expect(await observe(shape, row.trouble)).toEqual(expected(row));
  });
});

describe.each(['map', 'join', 'writer'] as const)('I5, I11: reading for a %s throws', (shape) => {
  it.each(aroundCases)('$what: $fate', async (row) => {
    expect(await observe(shape, row.trouble)).toEqual(expected(row));
  });
});

it('has a test for every row of the table', () => {
  const rows = (place: keyof typeof endings) =>
    Object.entries(endings[place]).flatMap(([kind, fates]) =>
      (fates as readonly Fate[]).map((fate) => `${kind}: ${fate}`),
    );
  const tested = (cases: readonly Case[]) =>
    [...new Set(cases.map(({ kind, fate }) => `${kind}: ${fate}`))].sort();
  expect(tested(handlerCases)).toEqual(rows('handler').sort());
  expect(tested(aroundCases)).toEqual(rows('around').sort());
});

describe('writing the end of a record', () => {
  const failTimes = (times: number, error: Error) => (calls: number) => {
    if (calls <= times) throw error;
  };

  it.each(['map', 'join'] as const)(
    'I5: a %s writes it again after a transient fault',
    async (shape) => {
      const bad = () => [reject('RECORD_INVALID', 'bad for ever')];
      const seen = await observe(shape, { handle: bad, produce: failTimes(2, passing) });
      expect(seen).toEqual(sightOf('dead letter', 'RECORD_INVALID'));
    },
  );

  it.each(['map', 'join'] as const)(
    'a %s does not call the handler again for it',
    async (shape) => {
      let handled = 0;
      const handle = () => {
        handled += 1;
        return output();
      };
      const seen = await observe(shape, { handle, produce: failTimes(2, passing) });
      expect(seen).toEqual(sightOf('complete', ''));
      expect(handled).toBe(1);
    },
  );

  it.each(['map', 'join'] as const)('I5: a %s stops when the fault lasts', async (shape) => {
    const produce = failTimes(Number.POSITIVE_INFINITY, passing);
    const seen = await observe(shape, { produce, settings: { patienceMs: 50 } });
    expect(seen).toEqual(sightOf('stop', 'REGISTRY_UNAVAILABLE'));
  });

  it.each(['map', 'join'] as const)(
    'I11: a %s makes a dead letter of a record whose ending cannot be written',
    async (shape) => {
      const large = new PipelineError('RECORD_TOO_LARGE', 'does not fit');
      const seen = await observe(shape, { produce: failTimes(1, large) });
      expect(seen).toEqual(sightOf('dead letter', 'RECORD_TOO_LARGE'));
    },
  );

  it.each(['map', 'join'] as const)(
    'a %s stops when the dead letter cannot be written either',
    async (shape) => {
      const large = new PipelineError('RECORD_TOO_LARGE', 'does not fit');
      const seen = await observe(shape, { produce: failTimes(2, large) });
      expect(seen).toEqual(sightOf('stop', 'RECORD_TOO_LARGE'));
    },
  );
});

describe('a thrown error', () => {
  it('a full disk is fatal, whichever component noticed it', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    expect(await observe('map', always(full))).toEqual(sightOf('stop', 'DISK_FULL'));
  });

  it('a simulated death ends the process and does not count as a crash of the record', async () => {
    const death = new ProcessDeath('killed');
    expect(thrownAs(death)).toBe('fatal');
    const seen = await observe('map', { handle: throwing(death) });
    expect(seen).toEqual(sightOf('stop', 'ProcessDeath'));
    expect(harness.crashes()).toEqual([]);
  });

  it('a crash is noted under the id of the record, which redelivery does not change', async () => {
    await observe('map', { handle: throwing(errors.crash) });
    expect(harness.crashes()).toEqual(['admit repository-a']);
  });

  it.each(['handler', 'around'] as const)(
    'an error after the end of the run decides nothing: %s',
    async (place) => {
      let thrown = 0;
      const fail = () => {
        thrown += 1;
        harness.abort();
        return errors.crash;
      };
      const handle = () => {
        throw fail();
      };
      const reading = {
        get error() {
          return fail();
        },
        times: 'always',
      } as const;
      const trouble = place === 'handler' ? { handle } : { reading };
      const { runner, committed } = await startOne('map', trouble);
      await expect.poll(() => thrown).toBe(1);
      await runner.stop();
      expect({ ...(await traces('admit')), complete: (await committed()) > 0 }).toEqual(nothing);
      expect(harness.crashes()).toEqual([]);
    },
  );
});
