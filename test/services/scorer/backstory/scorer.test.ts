/** The backstory scorer against servers that answer well, badly or not at all. */
import { afterEach, describe, expect, test } from 'vitest';
import { scorerKnobs } from '../../../../services/scorer/config.ts';
import { openScorer } from '../../../../services/scorer/open.ts';
import {
  type Answering,
  type AnsweringServer,
  type Asked,
  configuration,
  plausible,
  startAnswering,
} from './answering-server.ts';

const servers: AnsweringServer[] = [];
const never = new AbortController().signal;
const pinned = `toy@${configuration.slice(0, 16)}`;
const request = { context: 'some context\n', thoughts: ['a', 'bcd'], target: 'x🜁é\n' };

async function open(answering: Answering, knobs: Record<string, unknown> = {}) {
  const server = await startAnswering(answering);
  servers.push(server);
  const wanted = { kind: 'backstory', url: server.url, model: pinned, ...knobs };
  return { server, scorer: await openScorer(scorerKnobs.parse(wanted), { apiKey: 'secret' }) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Changeable {
  readonly items: readonly { readonly candidates: { sum: number | null; logprobs: string }[] }[];
}

function candidatesOf({ items }: Changeable) {
  return items[0]?.candidates ?? [];
}

/** Changes answers to scores, not those of /health. */
const changed =
  (change: (answer: Changeable, asked: Asked) => unknown): Answering =>
  (asked) => {
    const { body } = plausible(asked);
    return { body: asked.path === '/health' ? body : change(body as never, asked) };
  };

/** Good answers to the probe's texts, and then this one. */
const afterProbe =
  (answering: Answering): Answering =>
  (asked) =>
    asked.path === '/health' || asked.items[0]?.target !== request.target
      ? plausible(asked)
      : answering(asked);

const itemError = (code: string) => ({
  body: { configuration, items: [{ error: { code, message: 'a reason' } }] },
});

describe('bits', () => {
  test('come in the order of the thoughts, nats turned into bits', async () => {
    const { scorer } = await open(plausible);
    const bits = await scorer.score(request, never);
    expect(bits[0]).toBeCloseTo(request.target.length / 2 / Math.LN2, 6);
    expect(bits[1]).toBeCloseTo(request.target.length / 4 / Math.LN2, 6);
  });

  test('per token end where the token ends in UTF-16', async () => {
    const { scorer } = await open(plausible);
    const [scored] = (await scorer.scoreTokens?.(request, never)) ?? [];
    expect(scored?.tokens).toHaveLength(1);
    expect(scored?.tokens[0]?.end).toBe(request.target.length);
    expect(scored?.tokens[0]?.bits).toBeCloseTo(scored?.bits ?? 0, 5);
  });

  test('names model and configuration before any server is reached', async () => {
    const first = await open(plausible);
    const second = await open(plausible, { model: `toy@${'0'.repeat(16)}` });
    expect(first.scorer.identity).toMatchObject({ model: 'toy', languageModel: true });
    expect(first.scorer.configuration).not.toBe(second.scorer.configuration);
    expect(first.server.asked).toEqual([]);
  });
});

describe('a context', () => {
  test('goes over the wire once, and again when the server has forgotten it', async () => {
    let forgotten = false;
    const { server, scorer } = await open((asked) =>
      forgotten && asked.items[0]?.context_key !== undefined
        ? itemError('CONTEXT_UNKNOWN')
        : plausible(asked),
    );
    const first = await scorer.score(request, never);
    const before = server.asked.length;
    expect(await scorer.score({ ...request, thoughts: ['bcd', 'a'] }, never)).toEqual(
      first.toReversed(),
    );
    expect(server.asked.slice(before).map(({ items }) => items[0]?.context)).toEqual([undefined]);
    forgotten = true;
    expect(await scorer.score(request, never)).toEqual(first);
    expect(server.asked.at(-1)?.items[0]?.context).toBe(request.context);
  });

  test('stays with one of several servers, and goes to another when that one is gone', async () => {
    const one = await startAnswering(plausible);
    const { server: other, scorer } = await open(plausible, {});
    servers.push(one);
    const both = scorerKnobs.parse({
      kind: 'backstory',
      url: `${one.url}/v1, ${other.url}`,
      model: pinned,
    });
    await scorer.close();
    const balanced = await openScorer(both, {});
    const texts = Array.from({ length: 20 }, (_, at) => `context ${at}`);
    const ask = (context: string) => balanced.score({ ...request, context }, never);
    for (const context of [...texts, ...texts]) await ask(context);
    const contextsOf = (server: AnsweringServer) =>
      server.asked
        .flatMap(({ items }) => items[0]?.context ?? [])
        .filter((each) => texts.includes(each));
    expect(contextsOf(one).length + contextsOf(other).length).toBe(texts.length);
    expect(Math.min(contextsOf(one).length, contextsOf(other).length)).toBeGreaterThan(2);
    await one.close();
    for (const context of texts) expect(await ask(context)).toHaveLength(2);
  });
});

const unsuitable: [string, Answering, string][] = [
  ['is another service', () => ({ body: { status: 'ok' } }), '/health is not that'],
  [
    'is not there',
    () => ({ body: { error: { code: 'x', message: 'gone' } }, status: 404 }),
    'gone',
  ],
  ['sends on elsewhere', () => ({ body: '', status: 307 }), 'status 307'],
  [
    'refuses the key',
    () => ({ body: { error: { code: 'U', message: 'key' } }, status: 401 }),
    'key',
  ],
  [
    'has no tokenizer',
    () => ({ body: { model: 'toy', configuration, takes_text: false } }),
    'tokenizer.json',
  ],
  [
    'serves another configuration',
    () => ({ body: { model: 'toy', configuration: 'f'.repeat(64), takes_text: true } }),
    `toy@${'f'.repeat(16)}`,
  ],
  ['answers with no items', changed(() => ({ configuration, items: [] })), 'items'],
  [
    'leaves a thought out',
    changed((a) => {
      candidatesOf(a).pop();
      return a;
    }),
    'of 3 thoughts',
  ],
  [
    'has sums above zero',
    changed((a) => {
      for (const each of candidatesOf(a)) each.sum = 3;
      return a;
    }),
    'items',
  ],
  [
    'has only zeros',
    changed((a) => {
      for (const each of candidatesOf(a)) Object.assign(each, { sum: 0, logprobs: 'AAAAAA==' });
      return a;
    }),
    '0.0 bits',
  ],
  [
    'has null for a number',
    changed((a) => {
      for (const each of candidatesOf(a)) each.sum = null;
      return a;
    }),
    'items',
  ],
  [
    'mixes up the thoughts',
    changed((a, asked) => {
      if (asked.items[0]?.candidates[0] !== '') candidatesOf(a).reverse();
      return a;
    }),
    'in another order',
  ],
  [
    'sends values that do not add up',
    changed((a) => {
      for (const each of candidatesOf(a)) each.logprobs = 'AACAvw==';
      return a;
    }),
    'add up',
  ],
];

describe('a server is unsuitable that', () => {
  test.each(unsuitable)('%s', async (_name, answering, words) => {
    const { scorer } = await open(answering);
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNSUITABLE',
      message: expect.stringContaining(words),
    });
    expect(await scorer.check()).toContain(words);
  });
});

describe('a failure', () => {
  test.each([
    [
      'a status 429',
      () => ({ body: { error: { code: 'QUEUE_FULL', message: 'full' } }, status: 429 }),
    ],
    ['a status 503', () => ({ body: 'no json', status: 503 })],
    ['broken JSON', () => ({ body: '{"items": [' })],
    ['memory that ran out', () => itemError('OUT_OF_MEMORY')],
  ] as [string, Answering][])(
    'of the moment is retried by the runtime: %s',
    async (_name, then) => {
      const { scorer } = await open(afterProbe(then));
      await expect(scorer.score(request, never)).rejects.toMatchObject({
        code: 'SCORER_UNAVAILABLE',
      });
    },
  );

  test.each(['TOO_LONG', 'NOT_FINITE'])('of one text leaves the run alone: %s', async (code) => {
    const { scorer } = await open(afterProbe(() => itemError(code)));
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_REFUSED',
      message: expect.stringContaining('a reason'),
    });
    expect(await scorer.score({ ...request, target: 'other' }, never)).toHaveLength(2);
  });

  test.each([
    ['TOO_LONG', null],
    ['INTERNAL', 'SCORER_UNAVAILABLE'],
  ])('of one thought beside others: %s', async (code, failure) => {
    const { scorer } = await open((asked) => {
      const { body } = plausible(asked);
      const { items: [item] = [] } = body as { items?: { candidates: unknown[] }[] };
      if (asked.items[0]?.candidates[0] === request.thoughts[0]) {
        item?.candidates.splice(0, 1, { error: { code, message: 'a reason' } });
      }
      return { body };
    });
    const scoring = scorer.score(request, never);
    if (failure !== null) return expect(scoring).rejects.toMatchObject({ code: failure });
    expect(await scoring).toEqual([null, expect.any(Number)]);
  });

  test('of a configuration that changes in between ends the run', async () => {
    let later = false;
    const { scorer } = await open((asked) => {
      const { body } = plausible(asked);
      return { body: later ? { ...(body as object), configuration: '0'.repeat(64) } : body };
    });
    await scorer.score(request, never);
    later = true;
    await expect(scorer.score(request, never)).rejects.toMatchObject({ code: 'SCORER_UNSUITABLE' });
  });

  test('to reach any server is told, and the wish to stop is obeyed', async () => {
    const { server, scorer } = await open(plausible);
    await server.close();
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNAVAILABLE',
    });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(scorer.score(request, stopped)).rejects.toThrow('stopped');
  });
});

test.each([
  ['scorer.url', { url: '' }],
  ['scorer.url', { url: 'http://localhost:1,' }],
  ['scorer.url', { url: 'localhost:8000' }],
  ['scorer.url', { url: 'http://name:word@localhost' }],
  ['scorer.model', { model: '' }],
  ['scorer.model', { model: 'name-alone' }],
  ['scorer.model', { model: 'name@abc' }],
])('a knob that is missing or wrong is named: %s %j', async (subject, knobs) => {
  const wanted = { kind: 'backstory', url: 'http://localhost:9', model: pinned, ...knobs };
  await expect(openScorer(scorerKnobs.parse(wanted), {})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    subject,
  });
});
