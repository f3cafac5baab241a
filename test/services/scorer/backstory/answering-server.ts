/** A real HTTP server that answers like the scorer service, or as a test wants it to. */
import { createServer } from 'node:http';
import { listen } from '../../../samples/servers/listen.ts';

export const configuration = 'ab'.repeat(32);

export interface Asked {
  readonly path: string;
  readonly items: readonly {
    readonly context?: string;
    readonly context_key?: string;
    readonly candidates: readonly string[];
    readonly target: string;
  }[];
}

/** A body and, if not 200, a status. */
export type Answering = (asked: Asked) => { readonly body: unknown; readonly status?: number };

/** Bits depend on the lengths of thought and target alone. */
export const plausible: Answering = ({ path, items }) => {
  if (path === '/health') return { body: { model: 'toy', configuration, takes_text: true } };
  const [item] = items;
  const candidates = (item?.candidates ?? []).map((thought) => ({
    sum: -(item?.target.length ?? 0) / (1 + thought.length),
    // One token per target, so that the values add up.
    logprobs: base64(-(item?.target.length ?? 0) / (1 + thought.length)),
  }));
  const { length } = [...(item?.target ?? '')];
  const told = { context_key: 'cd'.repeat(32), target_tokens: 1, target_ends: [length] };
  return { body: { model: 'toy', configuration, items: [{ ...told, candidates }] } };
};

function base64(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes.toString('base64');
}

export interface AnsweringServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

export async function startAnswering(answering: Answering): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const one = { path, ...(text === '' ? { items: [] } : JSON.parse(text)) } as Asked;
    if (path !== '/health') asked.push(one);
    const { body, status = 200 } = answering(one);
    response.writeHead(status, { 'content-type': 'application/json', location: '/elsewhere' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const own = await listen(server);
  return {
    url: own,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
