/**
 * A real HTTP server that speaks enough of the OpenAI chat API for tests: valid answers computed
 * from the request, a schedule of errors, fixed delay, garbage on demand, and a log of requests.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../samples/servers/listen.ts';

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

export interface LoggedRequest {
  readonly path: string;
  readonly authorization: string;
  readonly body: {
    readonly model?: string;
    readonly messages?: readonly ChatMessage[];
    readonly response_format?: { readonly type: string };
    readonly [field: string]: unknown;
  };
}

/** What happens to one request; `answer` is the normal course. */
export type Turn =
  | { readonly kind: 'answer' }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: number;
      readonly message?: string;
      readonly code?: string;
    }
  | { readonly kind: 'text'; readonly text: string; readonly finishReason?: string }
  | { readonly kind: 'hang-up' }
  /** This body with status 200, whatever it is. */
  | { readonly kind: 'body'; readonly body: unknown }
  /** These bytes, as they are; `cut` ends the connection after them. */
  | {
      readonly kind: 'raw';
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body: string | Buffer;
      readonly cut?: boolean;
    }
  /** What is done depends on the request. */
  | { readonly kind: 'by'; readonly turn: (body: LoggedRequest['body']) => Turn }
  /** Accepts the request and never answers. */
  | { readonly kind: 'silence' };

export interface FakeOpenAiOptions {
  readonly model?: string;
  /** Milliseconds before each answer. */
  readonly delayMs?: number;
  /** Consumed one per chat request; afterwards every request is answered. */
  readonly schedule?: readonly Turn[];
  /** What happens to a request; null leaves it to the schedule. */
  readonly fault?: (messages: readonly ChatMessage[]) => Turn | null;
  /** Refuses response_format of these types with status 400, as older servers do. */
  readonly refusedFormats?: readonly string[];
  /** What /models says, instead of the one model. */
  readonly models?: Extract<Turn, { kind: 'raw' }>;
  /** An answer has left the server as a whole. */
  readonly onDelivered?: (messages: readonly ChatMessage[], turn: Turn) => void;
  /** Tokens of a text; a quarter of its characters without. */
  readonly countTokens?: (text: string) => number | Promise<number>;
  /** Leaves `usage` out of the answers. */
  readonly withoutUsage?: boolean;
  /** Replaces the computed content of an answer. */
  readonly respond?: (messages: readonly ChatMessage[]) => string;
}

export interface FakeOpenAi {
  /** Address to give as teacher.baseUrl. */
  readonly baseUrl: string;
  readonly requests: readonly LoggedRequest[];
  close(): Promise<void>;
}

export async function startFakeOpenAi(options: FakeOpenAiOptions = {}): Promise<FakeOpenAi> {
  const requests: LoggedRequest[] = [];
  const schedule = [...(options.schedule ?? [])];
  const server = createServer((request, response) => {
    void handle(request, response, options, schedule, requests);
  });
  const own = await listen(server);
  return {
    baseUrl: `${own}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: FakeOpenAiOptions,
  schedule: Turn[],
  requests: LoggedRequest[],
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const path = request.url ?? '';
  const model = options.model ?? 'fake-model';
  if (path.endsWith('/models')) {
    if (options.models !== undefined) return answerRaw(response, options.models);
    return send(response, 200, { object: 'list', data: [{ id: model, object: 'model' }] });
  }
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as LoggedRequest['body'];
  requests.push({ path, authorization: request.headers.authorization ?? '', body });
  if (!path.endsWith('/chat/completions'))
    return send(response, 404, { error: { message: 'no such path' } });
  const format = body.response_format?.type;
  if (format !== undefined && (options.refusedFormats ?? []).includes(format)) {
    return send(response, 400, {
      error: { message: `response_format ${format} is not supported` },
    });
  }
  if (options.delayMs !== undefined)
    await new Promise((resolve) => setTimeout(resolve, options.delayMs));
  const fault = options.fault?.(body.messages ?? []) ?? null;
  let turn: Turn = fault ?? schedule.shift() ?? { kind: 'answer' };
  if (turn.kind === 'by') turn = turn.turn(body);
  if (turn.kind === 'by') throw new Error('a turn must be decided at once');
  const delivered = turn;
  response.once('finish', () => options.onDelivered?.(body.messages ?? [], delivered));
  if (turn.kind === 'raw') return answerRaw(response, turn);
  if (turn.kind === 'silence') return;
  if (turn.kind === 'hang-up') return void request.socket.destroy();
  if (turn.kind === 'body') return send(response, 200, turn.body);
  if (turn.kind === 'status') {
    if (turn.retryAfter !== undefined) response.setHeader('retry-after', String(turn.retryAfter));
    return send(response, turn.status, {
      error: { message: turn.message ?? 'scheduled', code: turn.code ?? null },
    });
  }
  const messages = body.messages ?? [];
  const text = turn.kind === 'text' ? turn.text : (options.respond ?? respond)(messages);
  const finishReason = turn.kind === 'text' ? (turn.finishReason ?? 'stop') : 'stop';
  send(response, 200, await completion(model, messages, text, finishReason, options));
}

/** What is counted of a prompt. */
export function textOf(messages: readonly ChatMessage[]): string {
  return messages.map(({ content }) => content).join('');
}

function answerRaw(response: ServerResponse, turn: Extract<Turn, { kind: 'raw' }>): void {
  const { status = 200, headers = { 'content-type': 'application/json' }, body, cut } = turn;
  response.writeHead(status, {
    ...headers,
    ...(cut === true ? { 'content-length': '99999' } : {}),
  });
  if (cut !== true) return void response.end(body);
  response.write(body, () => response.socket?.destroy());
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function completion(
  model: string,
  messages: readonly ChatMessage[],
  text: string,
  finishReason: string,
  { withoutUsage = false, countTokens = (each) => Math.ceil(each.length / 4) }: FakeOpenAiOptions,
): Promise<unknown> {
  const promptTokens = await countTokens(textOf(messages));
  const completionTokens = await countTokens(text);
  const usage = {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model,
    choices: [
      { index: 0, finish_reason: finishReason, message: { role: 'assistant', content: text } },
    ],
    ...(withoutUsage ? {} : { usage }),
  };
}

/** A valid answer for each of the prompts, computed from what the prompt shows. */
export function respond(messages: readonly ChatMessage[]): string {
  const system = messages.find((message) => message.role === 'system')?.content ?? '';
  const user = messages.find((message) => message.role === 'user')?.content ?? '';
  if (system.includes('"modules"')) {
    const names = [...user.matchAll(/^(module_\d+): .* \(\d+ files?\)$/gm)].map(([, name]) => name);
    return JSON.stringify({
      modules: names.map((module) => ({
        module,
        purpose: 'Keeps together what belongs together.',
      })),
    });
  }
  if (system.includes('"purposes"')) {
    const files = /<files \w+>\n([\s\S]*)\n<\/files /.exec(user)?.[1] ?? '';
    const paths = [...files.matchAll(/^(\S.*) \([^()]*\)$/gm)].map((match) => match[1] ?? '');
    return JSON.stringify({
      purposes: paths.map((path) => ({ path, purpose: `Takes care of what ${path} is about.` })),
    });
  }
  if (system.includes('"requirements"')) {
    const name = /^<project \w+>\n(.*)$/m.exec(user)?.[1] ?? 'the project';
    return JSON.stringify({
      requirements: `${name} has to do what its readers expect of it.`,
      architecture: `${name} is built from its leaves up, so that each file finds what it needs.`,
    });
  }
  const file = /^file: (.*)$/m.exec(user)?.[1] ?? 'the file';
  const names = [
    ...new Set(
      [...user.matchAll(/^ {2,4}.*?\b(?:def|class|function|func|fn) (\w+)/gm)].map(
        (match) => match[1],
      ),
    ),
  ];
  const parts = [...user.matchAll(/\b(part_\d+): about \d+ words/g)].map(([, part = '']) => part);
  if (parts.length > 0) {
    const thoughts = parts.map((part) => [part, `In ${part} of ${file} stands what it is for.`]);
    return JSON.stringify(Object.fromEntries(thoughts));
  }
  const earlier = /<thought-so-far \w+>\n([\s\S]*)\n<\/thought-so-far /.exec(user)?.[1];
  const thought = `For ${file} the definitions are ${names.slice(0, 8).join(', ') || 'few'}; they come in that order.`;
  const emphasis = /^(.+) At most \d+ bytes\.$/m.exec(user)?.[1];
  return JSON.stringify({
    thought:
      earlier === undefined
        ? thought
        : `${earlier} ${emphasis ?? ''} (${names.slice(0, 3).join(' then ')})`,
  });
}
