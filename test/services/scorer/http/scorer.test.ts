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

/** A server whose second answer for one text differs from its first. */
const probing = { first: true, last: true };

function scale(answer: ReturnType<typeof echoAnswer>, factor: number): void {
  const { logprobs } = answer.choices[0]!;
  logprobs.token_logprobs = logprobs.token_logprobs.map((each) => each && each * factor);
}

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
    'has numbers above zero, as raw logits are',
    answerOf((a) => {
      a.choices[0]!.logprobs.token_logprobs.fill(3.5);
      return a;
    }),
    'is not above zero',
  ],
  [
    'has a sentinel where it knows nothing',
    answerOf((a) => {
      a.choices[0]!.logprobs.token_logprobs.fill(-9999);
      return a;
    }),
    '-9999 inside the target',
  ],
  [
    'cuts the prompt from the left',
    (body, response) => sendJson(response, 200, echoAnswer(String(body.prompt).slice(12))),
    'of the prompt came back',
  ],
  [
    'mixes up what it answers at once',
    async (body, response) => {
      const mixed = String(body.prompt).startsWith('# A table') ? probing.last : probing.first;
      probing.first = false;
      const answer = echoAnswer(String(body.prompt));
      if (!mixed) scale(answer, 3);
      sendJson(response, 200, answer);
    },
    'beside another',
  ],
  [
    'answers 200 with a refusal of the model',
    (_body, response) =>
      sendJson(response, 200, { error: { message: 'no such model', code: 404 } }),
    'scorer.model',
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
    probing.first = true;
    expect(await scorer.check()).toContain(what);
  },
);

const passing = { message: 'no worker is free', code: null };
const unavailable: [string, Answering][] = [
  ['answers 500', (_body, response) => sendJson(response, 500, { error: { message: 'oh' } })],
  ['answers 200 with an error', (_b, response) => sendJson(response, 200, { error: passing })],
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
    expect(await scorer.check()).toContain('gave no answer');
  },
);

/** Suitable at first; `answering` is for every text but the probe's. */
function later(answering: Answering): Answering {
  return (body, response) =>
    String(body.prompt).includes('months') || String(body.prompt).includes('def add')
      ? echoing(body, response)
      : answering(body, response);
}

test.each<[string, Answering, string, string]>([
  [
    'is too long',
    later((_body, response) => sendJson(response, 413, { error: { message: 'too long' } })),
    'SCORER_REFUSED',
    'search.contextBytesMax',
  ],
  [
    'comes back cut',
    later((body, response) => sendJson(response, 200, echoAnswer(String(body.prompt).slice(9)))),
    'SCORER_REFUSED',
    'of the prompt came back',
  ],
  [
    'gets no probabilities',
    later((_body, response) => sendJson(response, 200, { choices: [{ logprobs: null }] })),
    'SCORER_REFUSED',
    'logprobs',
  ],
  [
    'gets an error with status 200',
    later((_body, response) => sendJson(response, 200, { error: passing })),
    'SCORER_UNAVAILABLE',
    'no worker is free',
  ],
])('a text that %s ends no run', async (_name, answering, code, message) => {
  const { scorer } = await open(answering);
  await expect(scorer.score(request, never)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  expect(await scorer.check()).toBeNull();
});

test('a thought that cannot be scored is null, and the others of its request are scored', async () => {
  const { scorer } = await open((body, response) =>
    String(body.prompt).includes('endless')
      ? sendJson(response, 413, { error: { message: 'too long' } })
      : echoing(body, response),
  );
  const [first] = request.thoughts;
  const some = { ...request, thoughts: ['an endless thought\n', first ?? ''] };
  expect(await scorer.score(some, never)).toEqual([null, expect.any(Number)]);
  const scored = await scorer.scoreTokens?.(some, never);
  expect(scored).toEqual([null, expect.objectContaining({ bits: expect.any(Number) })]);
});

test('a server that refuses everything from now on ends the run, by its probe', async () => {
  let calls = 0;
  const { scorer } = await open((body, response) => {
    calls += 1;
    if (calls > 5) sendJson(response, 401, { error: { message: 'the key has expired' } });
    else return echoing(body, response);
  });
  expect(await scorer.score(request, never)).toHaveLength(2);
  await expect(scorer.score(request, never)).rejects.toMatchObject({ code: 'SCORER_UNSUITABLE' });
});

test('a server that is busy at the start is waited for', async () => {
  const { scorer } = await open((_body, response) => sendJson(response, 429, { error: {} }));
  expect(await scorer.check()).toBeNull();
  await expect(scorer.score(request, never)).rejects.toMatchObject({ code: 'SCORER_UNAVAILABLE' });
});

test('reads tokens that are spelled as bytes', async () => {
  const { scorer } = await open((body, response) => {
    const answer = echoAnswer(String(body.prompt));
    const { logprobs } = answer.choices[0]!;
    logprobs.tokens = logprobs.tokens.map((token) =>
      /^[\x20-\x7e\n]*$/.test(token) ? token : `bytes:${escaped(token)}`,
    );
    sendJson(response, 200, answer);
  });
  const target = 'return "é 加"\n';
  const [bits] = await scorer.score({ ...request, target }, never);
  expect(bits).toBeCloseTo(expectedBits(request.context + request.thoughts[0], target), 9);
});

function escaped(token: string): string {
  return [...Buffer.from(token)].map((byte) => `\\x${byte.toString(16)}`).join('');
}

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

test('the bits of each token end where the token ends in the target', async () => {
  const { scorer } = await open(echoing);
  const target = 'a é 🜁 = ∑\nb';
  const [scored] = (await scorer.scoreTokens?.({ ...request, target }, never)) ?? [];
  const tokens = scored?.tokens ?? [];
  expect(tokens.at(-1)?.end).toBe(target.length);
  expect(tokens.reduce((sum, token) => sum + token.bits, 0)).toBeCloseTo(scored?.bits ?? 0, 6);
  const ends = tokens.map(({ end }) => end);
  expect(ends).toEqual([...ends].sort((a, b) => a - b));
  expect([scored?.bits]).toEqual((await scorer.score({ ...request, target }, never)).slice(0, 1));
});
