/** The http scorer against a real server on a socket: exact bits, and every unsuitable server. */
import { afterEach, expect, test } from 'vitest';
import { scorerKnobs } from '../../../../services/scorer/config.ts';
import { openScorer } from '../../../../services/scorer/open.ts';
import {
  type Answering,
  echoAnswer,
  echoing,
  sendJson,
  startToyServer,
  type ToyServer,
  toyLogprob,
  toyTokens,
} from './toy-server.ts';

const servers: ToyServer[] = [];
const never = new AbortController().signal;

async function open(answering: Answering, knobs: Record<string, unknown> = {}) {
  const server = await startToyServer(answering);
  servers.push(server);
  const resolved = scorerKnobs.parse({ kind: 'http', url: server.url, model: 'toy', ...knobs });
  return { server, scorer: await openScorer(resolved, { apiKey: 'secret' }) };
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The bits of a target under the toy model, computed from the model's definition. */
function expectedBits(before: string, target: string): number {
  const tokens = toyTokens(before + target);
  const first = tokens.length - toyTokens(target).length;
  return tokens.reduce(
    (bits, _token, index) => (index < first ? bits : bits - toyLogprob(tokens, index) / Math.LN2),
    0,
  );
}

const request = {
  context: 'the file adds numbers\n',
  thoughts: ['add first and second\n', 'nothing\n'],
  target: 'return first + second\n',
};

test('sums exactly the log probabilities of the target, in bits, in order', async () => {
  const { server, scorer } = await open(echoing);
  const bits = await scorer.score(request, never);
  expect(bits).toHaveLength(2);
  request.thoughts.forEach((thought, index) => {
    const expected = expectedBits(request.context + thought, request.target);
    expect(bits[index]).toBeCloseTo(expected, 9);
  });
  expect(server.requests.at(-1)?.key).toBe('Bearer secret');
  expect(server.requests.at(-1)?.body).toMatchObject({
    model: 'toy',
    echo: true,
    logprobs: 1,
    max_tokens: 1,
    temperature: 0,
  });
});

test('finds the target behind a begin-of-text token and with characters split over tokens', async () => {
  const begun = await open((body, response) =>
    sendJson(response, 200, echoAnswer(String(body.prompt), ['<s>'])),
  );
  const plain = await open((body, response) => {
    const answer = echoAnswer(String(body.prompt));
    // Like a server that decodes tokens one by one: both halves of a character are broken.
    const { logprobs } = answer.choices[0]!;
    logprobs.tokens = logprobs.tokens.map((token) => (token === 'é' ? '\uFFFD' : token));
    sendJson(response, 200, answer);
  });
  const target = 'caf é au lait first + second\n';
  const [bits] = await plain.scorer.score({ ...request, target }, never);
  const { logprobs } = echoAnswer(request.context + request.thoughts[0] + target).choices[0]!;
  const counted = logprobs.token_logprobs.slice(-1 - toyTokens(target).length, -1);
  const sum = counted.reduce<number>((total, value) => total - (value ?? Number.NaN), 0);
  expect(bits).toBeCloseTo(sum / Math.LN2, 9);
  const shifted = await begun.scorer.score({ ...request, thoughts: ['z\n'] }, never);
  const tokens = ['<s>', ...toyTokens(`${request.context}z\n${request.target}`)];
  const first = tokens.length - toyTokens(request.target).length;
  const nats = tokens.reduce((t, _k, i) => (i < first ? t : t - toyLogprob(tokens, i)), 0);
  expect(shifted[0]).toBeCloseTo(nats / Math.LN2, 9);
});

test('counts a token across the border as part of the target', async () => {
  const { scorer } = await open(echoing);
  // The space before "second" belongs to the thought but is spelled by one token with it.
  const bits = await scorer.score({ ...request, thoughts: ['first '], target: 'second\n' }, never);
  const tokens = toyTokens(`${request.context}first second\n`);
  const nats = -toyLogprob(tokens, tokens.length - 2) - toyLogprob(tokens, tokens.length - 1);
  expect(bits[0]).toBeCloseTo(nats / Math.LN2, 9);
});

const answerOf = (change: (answer: ReturnType<typeof echoAnswer>) => unknown): Answering => {
  return (body, response) => sendJson(response, 200, change(echoAnswer(String(body.prompt))));
};

const unsuitable: [string, Answering, string][] = [
  [
    'ignores echo',
    (_body, response) => sendJson(response, 200, echoAnswer('')),
    '"echo" is ignored',
  ],
  [
    'echoes the text but not its tokens',
    (body, response) => {
      const silent = echoAnswer('');
      silent.choices[0]!.text = `${body.prompt} end`;
      sendJson(response, 200, silent);
    },
    '"echo" is ignored',
  ],
  [
    'sends no logprobs',
    answerOf((a) => ({ ...a, choices: [{ text: 'x', logprobs: null }] })),
    'logprobs',
  ],
  [
    'sends no offsets',
    answerOf((a) => {
      const { text_offset: _left, ...rest } = a.choices[0]!.logprobs;
      return { choices: [{ logprobs: rest }] };
    }),
    'text_offset',
  ],
  [
    'has only zeros',
    answerOf((a) => {
      a.choices[0]!.logprobs.token_logprobs.fill(0);
      return a;
    }),
    'every log probability of the probe is zero',
  ],
  [
    'has a null inside the target',
    answerOf((a) => {
      a.choices[0]!.logprobs.token_logprobs.fill(null);
      return a;
    }),
    'null inside the target',
  ],
  [
    'refuses the key',
    (_body, response) => sendJson(response, 401, { error: { message: 'who are you' } }),
    'check the API key',
  ],
  [
    'does not know the model',
    (_body, response) => sendJson(response, 404, { error: { message: 'no such model' } }),
    'scorer.model',
  ],
];

test.each(unsuitable)(
  'refuses a server that %s, with the reason',
  async (_name, answering, what) => {
    const { scorer } = await open(answering);
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNSUITABLE',
      message: expect.stringContaining(what),
    });
    expect(await scorer.check()).toContain(what);
    expect(await scorer.check()).toContain('SCORER_UNSUITABLE');
  },
);

const unavailable: [string, Answering][] = [
  ['answers 500', (_body, response) => sendJson(response, 500, { error: { message: 'oh' } })],
  ['answers 429', (_body, response) => sendJson(response, 429, { error: { message: 'busy' } })],
  [
    'sends broken JSON',
    (_body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"choices": [');
    },
  ],
  ['hangs', () => {}],
  [
    'hangs in the middle of its answer',
    (_body, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices": [');
    },
  ],
  ['closes the connection', (_body, response) => void response.destroy()],
];

test.each(unavailable)(
  'treats a server that %s as unavailable for now',
  async (_name, answering) => {
    const { server, scorer } = await open(answering, { timeoutMs: 300 });
    await expect(scorer.score(request, never)).rejects.toMatchObject({
      code: 'SCORER_UNAVAILABLE',
    });
    // One request: retries are the runtime's.
    expect(server.requests).toHaveLength(1);
    expect(await scorer.check()).toContain('SCORER_UNAVAILABLE');
  },
);

test('uses a server again that has recovered', async () => {
  let calls = 0;
  const { scorer } = await open((body, response) => {
    calls += 1;
    if (calls === 1) sendJson(response, 503, {});
    else return echoing(body, response);
  });
  await expect(scorer.score(request, never)).rejects.toMatchObject({ code: 'SCORER_UNAVAILABLE' });
  expect(await scorer.score(request, never)).toHaveLength(2);
  expect(await scorer.check()).toBeNull();
});

test('rejects with the reason of the caller’s abort signal', async () => {
  const { scorer } = await open(() => {});
  const stop = new AbortController();
  const running = expect(scorer.score(request, stop.signal)).rejects.toThrow('stopped here');
  stop.abort(new Error('stopped here'));
  await running;
});

test('limits the open requests and keeps the tail of the context', async () => {
  const { server, scorer } = await open(
    async (body, response) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      echoing(body, response);
    },
    { requestsMax: 2, contextBytesMax: 8 },
  );
  const thoughts = Array.from({ length: 7 }, (_unused, index) => `thought ${index}\n`);
  const bits = await scorer.score({ ...request, thoughts }, never);
  expect(bits).toHaveLength(7);
  expect(server.openMost()).toBe(2);
  expect(server.requests.at(-1)?.body.prompt).toMatch(/^numbers\nthought \d\nreturn/);
});

test('names the knob that is not set', async () => {
  const resolved = scorerKnobs.parse({ kind: 'http', url: 'http://127.0.0.1:1/v1' });
  await expect(openScorer(resolved, {})).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    subject: 'scorer.model',
  });
  expect(() => scorerKnobs.parse({ kind: 'other' })).toThrow();
});
