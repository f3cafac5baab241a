/**
 * A real HTTP server that answers as SGLang and vLLM do (/tokenize, /generate, the token window,
 * the echo of ids), over the toy language model of the http scorer's tests; a fault changes one
 * thing.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { listen } from '../../../samples/servers/listen.ts';
import { toyLogprob, toyTokens } from '../http/toy-server.ts';

export interface Asked {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** What a test changes: values of the code's rows, the whole answer, or its status. */
export interface Fault {
  readonly values?: (values: (number | null)[], asked: Asked) => (number | null)[];
  readonly answer?: (answer: Record<string, unknown>, asked: Asked) => unknown;
  readonly status?: (asked: Asked) => number;
}

export interface ToyEngine {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** Ids are places in the order of the first use; the model's own beginning is 0. */
export function openVocabulary() {
  const spelled: string[] = ['<s>'];
  return {
    spelled: (id: number) => spelled[id] ?? '?',
    idsOf: (text: string, withBeginning: boolean) => {
      const ids = toyTokens(text).map((token) => {
        if (!spelled.includes(token)) spelled.push(token);
        return spelled.indexOf(token);
      });
      return withBeginning ? [0, ...ids] : ids;
    },
  };
}

export type Vocabulary = ReturnType<typeof openVocabulary>;

export async function startToyEngine(fault: Fault, hasWindow = false): Promise<ToyEngine> {
  const asked: Asked[] = [];
  const vocabulary = openVocabulary();
  const server = createServer(async (request, response) => {
    const one = { path: request.url ?? '', body: await bodyOf(request) };
    asked.push(one);
    const isOff = one.path === '/inference/v1/generate' && !hasWindow;
    const status = fault.status?.(one) ?? (isOff ? 403 : 200);
    const answer = status === 200 ? answerOf(one, vocabulary, fault) : { detail: 'not here' };
    const changed = fault.answer?.(answer as Record<string, unknown>, one) ?? answer;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(changed));
  });
  const own = await listen(server);
  return {
    ...{ url: own, asked },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
}

function answerOf(asked: Asked, vocabulary: Vocabulary, { values }: Fault): unknown {
  const { path, body } = asked;
  if (path === '/tokenize') {
    const tokens = vocabulary.idsOf(String(body.prompt), body.add_special_tokens === true);
    return { tokens, count: tokens.length, max_model_len: 4096 };
  }
  const ids = (body.input_ids ?? body.token_ids ?? body.prompt) as number[];
  const spelled = ids.map(vocabulary.spelled);
  const all = spelled.map((_token, index) => (index === 0 ? null : toyLogprob(spelled, index)));
  const changedFrom = (start: number) => {
    const rows = all.slice(start);
    return values?.(rows, asked) ?? rows;
  };
  if (path === '/generate') {
    const start = Number(body.logprob_start_len ?? 0);
    const rows = changedFrom(start + 1);
    const entries = [null, ...rows].map((logprob, at) => {
      return [logprob, ids[start + at], spelled[start + at]];
    });
    const input = body.return_logprob === true ? { input_token_logprobs: entries } : {};
    return { text: '', meta_info: { prompt_tokens: ids.length, cached_tokens: 0, ...input } };
  }
  if (path === '/inference/v1/generate') {
    const sampling = body.sampling_params as Record<string, number>;
    const rows = changedFrom((sampling.prompt_logprob_start ?? 0) + 1);
    return {
      choices: [{ index: 0 }],
      prompt_token_id_logprobs: numpyFile(rows).toString('base64'),
    };
  }
  const rows = values === undefined ? all : [null, ...changedFrom(1)];
  const logprobs = { tokens: [...spelled, ' end'], token_logprobs: [...rows, -1] };
  const usage = { prompt_tokens: ids.length, completion_tokens: 1 };
  return { choices: [{ text: '', logprobs }], usage };
}

/** As `numpy.save` writes an array of float32 with one column. */
export function numpyFile(rows: readonly (number | null)[], type = '<f4'): Buffer {
  const facts = `{'descr': '${type}', 'fortran_order': False, 'shape': (${rows.length}, 1), }`;
  const header = `${facts.padEnd(117)}\n`;
  const start = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  const values = Buffer.from(Float32Array.from(rows, (row) => row ?? Number.NaN).buffer);
  return Buffer.concat([start, Buffer.from(header), values]);
}
