/** SGLang and vLLM by name: exact bits from their own shapes, and every answer that is refused. */
import { afterEach, describe, expect, test } from 'vitest';
import { scorerKnobs } from '../../../../services/scorer/config.ts';
import { openScorer } from '../../../../services/scorer/open.ts';
import { readWindow } from '../../../../services/scorer/vllm/window.ts';
import { toyLogprob, toyTokens } from '../http/toy-server.ts';
import { type Fault, numpyFile, startToyEngine, type ToyEngine } from './toy-engine.ts';

const servers: ToyEngine[] = [];
const never = new AbortController().signal;

async function open(kind: string, fault: Fault = {}, hasWindow = false) {
  const server = await startToyEngine(fault, hasWindow);
  servers.push(server);
  const settings = scorerKnobs.parse({ kind, url: `${server.url}/v1/`, model: 'toy' });
  return { server, scorer: await openScorer(settings, { apiKey: 'secret' }) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const request = {
  context: 'the file adds numbers\n',
  thoughts: ['add first and second\n', '', 'nothing\n'],
  target: 'return first + second # é 加\n',
};

/** From the definition of the toy model; context, thought and code are tokenized apart. */
function expectedBits(thought: string): number {
  const before = ['<s>', ...toyTokens(request.context), ...toyTokens(thought)];
  const tokens = [...before, ...toyTokens(request.target)];
  return tokens.reduce(
    (bits, _token, at) => (at < before.length ? bits : bits - toyLogprob(tokens, at) / Math.LN2),
    0,
  );
}

const engines = [
  ['sglang', 'sglang', false],
  ['vllm with its token window', 'vllm', true],
  ['vllm without it', 'vllm', false],
] as const;

describe.each(engines)('%s', (_name, kind, hasWindow) => {
  test('gives the bits of the code after each thought, and passes its own probe', async () => {
    const { server, scorer } = await open(kind, {}, hasWindow);
    expect(await scorer.check()).toBeNull();
    const bits = await scorer.score(request, never);
    expect(bits).toHaveLength(3);
    request.thoughts.forEach((thought, at) => {
      expect(bits[at]).toBeCloseTo(expectedBits(thought), hasWindow ? 4 : 9);
    });
    const [scored] = (await scorer.scoreTokens?.(request, never)) ?? [];
    const ends = scored?.tokens.map(({ end }) => end);
    if (hasWindow) expect(ends).toEqual([]);
    else expect(ends?.at(-1)).toBe(request.target.length);
    // With a cached prefix this has ended a server.
    expect(JSON.stringify(server.asked)).not.toContain('skip_reading_prefix_cache');
    expect(scorer.identity).toMatchObject({ name: kind, model: 'toy', languageModel: true });
    expect(scorer.load?.()).toEqual({
      name: `${new URL(server.url).host} toy`,
      ...{ underWay: 0, atOnceMax: 8, resting: false },
    });
  });

  test('has context and code tokenized once, and each thought', async () => {
    const { server, scorer } = await open(kind, {}, hasWindow);
    await scorer.score(request, never);
    await scorer.score({ ...request, thoughts: ['another\n'] }, never);
    const asked = server.asked.flatMap(({ path, body }) =>
      path === '/tokenize' ? [String(body.prompt)] : [],
    );
    const [context, first, , third] = [request.context, ...request.thoughts];
    const own = new Set([context, request.target, first, third, 'another\n']);
    expect(asked.filter((text) => own.has(text)).sort()).toEqual([...own].sort());
  });

  const rows = (change: (values: (number | null)[]) => (number | null)[]): Fault => ({
    values: change,
  });
  test.each<[string, Fault, RegExp]>([
    ['too few rows', rows((values) => values.slice(1)), /values|float32/],
    ['too many rows', rows((values) => [...values, -1]), /values|float32|usable/],
    ['only zeros', rows((values) => values.map(() => 0)), /zero/],
    ['values above zero', rows((values) => values.map(() => 2.5)), /above zero/],
    ['a null among them', rows((values) => values.with(-3, null)), /null|NaN/],
    ['a sentinel', rows((values) => values.with(-3, -9999)), /-9999/],
    ['the same for every text', rows((values) => values.map(() => -1)), /same bits|alone/],
    ['no token ids', { answer: withoutTokens }, /tokenize/],
    ['a refused key', { status: () => 401 }, /401/],
  ])('ends the run before it begins when the server gives %s', async (_fault, fault, words) => {
    const { scorer } = await open(kind, fault, hasWindow);
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNSUITABLE',
      message: expect.stringMatching(words),
    });
    expect(await scorer.check()).toMatch(words);
  });

  test('ends the run when values depend on what is asked before', async () => {
    let calls = 0;
    const { scorer } = await open(
      kind,
      rows((values) => {
        calls += 1;
        return values.map((value) => (value ?? 0) * calls);
      }),
      hasWindow,
    );
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNSUITABLE',
      message: expect.stringContaining('alone'),
    });
  });

  test('gives null for a thought that is too long, and waits where a server is busy', async () => {
    const idsMax = 60;
    const { scorer } = await open(
      kind,
      {
        status: ({ body }) => {
          const ids = (body.input_ids ?? body.token_ids ?? body.prompt) as unknown;
          return Array.isArray(ids) && ids.length > idsMax ? 400 : statusOf(body, hasWindow);
        },
      },
      hasWindow,
    );
    const some = { ...request, thoughts: ['a '.repeat(200), 'nothing\n'] };
    expect(await scorer.score(some, never)).toEqual([null, expect.any(Number)]);
    const busy = await open(kind, { status: () => 429 }, hasWindow);
    expect(await busy.scorer.check()).toBeNull();
    await expect(busy.scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNAVAILABLE',
    });
  });
});

function statusOf(body: Record<string, unknown>, hasWindow: boolean): number {
  return 'token_ids' in body && !hasWindow ? 403 : 200;
}

function withoutTokens(answer: Record<string, unknown>): unknown {
  return 'count' in answer ? { tokens: ['a', 'b'], count: 2 } : answer;
}

describe('sglang', () => {
  test('is sent a context once by itself, before the thoughts, and each row from the code on', async () => {
    const { server, scorer } = await open('sglang');
    await scorer.score(request, never);
    await scorer.score({ ...request, thoughts: ['another\n'] }, never);
    const asked = server.asked.filter(({ path }) => path === '/generate').map(({ body }) => body);
    const own = asked.slice(3);
    expect(own.map(({ return_logprob: wants }) => wants ?? false)).toEqual([
      false,
      true,
      true,
      true,
      true,
    ]);
    const context = own[0]?.input_ids as number[];
    for (const { input_ids: ids, logprob_start_len: start } of own.slice(1)) {
      expect((ids as number[]).slice(0, context.length)).toEqual(context);
      expect((ids as number[]).length - Number(start) - 1).toBe(toyTokens(request.target).length);
    }
  });

  test('that ignores return_logprob, or names other tokens, cannot be used', async () => {
    const ignoring = await open('sglang', {
      answer: (answer) =>
        'meta_info' in answer ? { text: 'x', meta_info: { prompt_tokens: 9 } } : answer,
    });
    expect(await ignoring.scorer.check()).toContain('input_token_logprobs');
    const shifted = await open('sglang', {
      answer: (answer) => {
        const told = answer.meta_info as { input_token_logprobs?: unknown[][] } | undefined;
        for (const row of told?.input_token_logprobs ?? []) row[1] = Number(row[1]) + 1;
        return answer;
      },
    });
    expect(await shifted.scorer.check()).toContain('was sent');
  });
});

describe('vllm', () => {
  test('asks for echo only where the window is off, and then no more for the window', async () => {
    const windowed = await open('vllm', {}, true);
    await windowed.scorer.score(request, never);
    expect(windowed.server.asked.filter(({ path }) => path === '/v1/completions')).toEqual([]);
    const echoing = await open('vllm');
    await echoing.scorer.score(request, never);
    const paths = echoing.server.asked.map(({ path }) => path);
    expect(paths.filter((path) => path === '/inference/v1/generate')).toHaveLength(1);
  });

  test.each([
    ['no NumPy file', Buffer.from('values').toString('base64'), /NumPy/],
    ['other numbers', numpyFile([-1, -2], '<f8').toString('base64'), /<f8/],
    ['a cut file', numpyFile([-1, -2]).subarray(0, -1).toString('base64'), /cut/],
    ['nothing', null, /prompt_token_id_logprobs/],
  ])('window of %s is refused', (_name, values, words) => {
    expect(() => readWindow({ prompt_token_id_logprobs: values }, 2)).toThrow(words);
  });

  test('that ignores echo cannot be used', async () => {
    const { scorer } = await open('vllm', {
      answer: (answer) => {
        if (!('choices' in answer)) return answer;
        const logprobs = { tokens: [' end'], token_logprobs: [-1] };
        return { ...answer, choices: [{ text: ' end', logprobs }] };
      },
    });
    expect(await scorer.check()).toContain('"echo" is ignored');
  });
});

test.each(['sglang', 'vllm'])('%s says which knob is missing', async (kind) => {
  const settings = scorerKnobs.parse({ kind, model: 'toy' });
  await expect(openScorer(settings, {})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('scorer.url is empty'),
  });
});
