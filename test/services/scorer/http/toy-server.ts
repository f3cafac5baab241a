/**
 * A real HTTP server with the completions interface and a toy language model whose probabilities
 * are known exactly: a token is a word with the space before it or one other character, and its
 * log probability is −ln(2 + number of tokens before it that differ from it).
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../../samples/servers/listen.ts';

export interface ToyServer {
  readonly url: string;
  readonly requests: { readonly body: Record<string, unknown>; readonly key: string }[];
  /** Most requests that were open at once. */
  readonly openMost: () => number;
  close(): Promise<void>;
}

export type Answering = (
  body: Record<string, unknown>,
  response: ServerResponse,
) => void | Promise<void>;

export function toyTokens(text: string): string[] {
  return text.match(/ ?\w+|[^\w]/gu) ?? [];
}

export function toyLogprob(tokens: readonly string[], index: number): number {
  const others = tokens.slice(0, index).filter((token) => token !== tokens[index]);
  return -Math.log(2 + others.length);
}

/** An echoed answer; `beginning` is a token that the server puts before the prompt, as BOS. */
export function echoAnswer(prompt: string, beginning: readonly string[] = []) {
  const spelled = [...beginning, ...toyTokens(prompt)];
  const tokens = [...spelled, ' end'];
  let offset = 0;
  return {
    choices: [
      {
        text: `${prompt} end`,
        logprobs: {
          tokens,
          token_logprobs: tokens.map((_token, index) =>
            index === 0 ? null : toyLogprob(spelled, index),
          ),
          text_offset: tokens.map((token) => {
            const place = offset;
            offset += [...token].length;
            return place;
          }),
        },
      },
    ],
    usage: { completion_tokens: 1 },
  };
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
}

export const echoing: Answering = (body, response) =>
  sendJson(response, 200, echoAnswer(String(body.prompt)));

export async function startToyServer(answering: Answering): Promise<ToyServer> {
  const requests: ToyServer['requests'] = [];
  let open = 0;
  let most = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    open += 1;
    most = Math.max(most, open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    requests.push({ body, key: request.headers.authorization ?? '' });
    await answering(body, response);
    open -= 1;
  };
  const server = createServer((request, response) => void answer(request, response));
  const own = await listen(server);
  return {
    url: `${own}/v1`,
    requests,
    openMost: () => most,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
