/**
 * The server of `backstory ui`. It serves nothing but the files of the page, which are in memory,
 * and JSON about the outputs that were named at the start. It only reads, unless it was given the
 * right to change what `changes.ts` lists.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelineError } from '../../runtime/errors.ts';
import type { Problem } from '../api.ts';
import { type LiveSource, nowhere } from '../live/source.ts';
import { watchLive } from '../live/watch-live.ts';
import { createMarked } from '../marks/marked.ts';
import { problemOf } from '../reading/problem.ts';
import { createRunFacts } from '../reading/run-facts.ts';
import type { ServedOutput } from '../reading/served-output.ts';
import { createAnswers, type Shown } from './answers.ts';
import { createChanges } from './changes.ts';
import {
  cookieName,
  type Guard,
  isLoopback,
  isToken,
  judge,
  ownHosts,
  safetyHeaders,
  type Verdict,
} from './guard.ts';
import { createNews, type News } from './news.ts';
import { createQualityMeter, type MeasureQuality } from './quality-meter.ts';
import { send, sendProblem, statusOf, usage } from './send.ts';
import { takeChange } from './take-change.ts';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface UiOptions {
  readonly outputs: readonly ServedOutput[];
  /** For each output, where to look for what is being done; closed with the server. */
  readonly lives: readonly LiveSource[];
  /** Whether the page may change what `changes.ts` lists; that needs a token. */
  readonly mayChange: boolean;
  /** By path, as `/` or `/page.js`. */
  readonly page: ReadonlyMap<string, PageFile>;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Needed unless the host is this machine's own address. */
  readonly token: string | null;
  readonly measureQuality: MeasureQuality;
  readonly now: () => number;
  /** The time of day. */
  readonly timeMs: () => number;
  /** Removes known secrets from what is served. */
  readonly hide: (text: string) => string;
}

export interface UiServer {
  readonly port: number;
  close(): Promise<void>;
}

/** USAGE when the address cannot be taken, or a token is missing that it needs. */
export async function startUiServer(options: UiOptions): Promise<UiServer> {
  const { outputs, lives, host, token, mayChange, measureQuality, now, timeMs } = options;
  if (!isLoopback(host) && token === null) {
    throw new PipelineError('USAGE', `${host} can be reached by others: it needs a token`);
  }
  if (mayChange && token === null) {
    throw new PipelineError('USAGE', 'a page that may change something needs a token');
  }
  const shown = outputs.map((output, place): Shown => {
    const quality = createQualityMeter(output, measureQuality);
    const live = watchLive(lives[place] ?? nowhere, now);
    const marked = createMarked(output, mayChange, timeMs);
    return { output, facts: createRunFacts(output, now), quality, live, marked };
  });
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 30_000 });
  const port = await listen(server, options);
  for (const output of outputs) output.warm();
  const news = createNews(outputs);
  const answers = createAnswers(shown);
  const changes = createChanges(shown);
  const guard: Guard = { token, port, mayChange, hosts: isLoopback(host) ? ownHosts(port) : null };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const path = admit(guard, request, response);
    if (path === null) return;
    if (request.method === 'POST') takeChange(request, response, path, { changes, ...options });
    else if (path.pathname === '/api/news') openNews(response, request, news);
    else if (path.pathname === '/marks.jsonl') sendMarks(response, path, shown, options.hide);
    else if (path.pathname.startsWith('/api/')) sendAnswer(response, path, answers, options.hide);
    else sendFile(response, options.page.get(path.pathname));
  });
  return {
    port,
    close: async () => {
      news.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await Promise.all([...outputs, ...lives].map((each) => each.close()));
    },
  };
}

function listen(
  server: ReturnType<typeof createServer>,
  { host, port }: Pick<UiOptions, 'host' | 'port'>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new PipelineError(
          'USAGE',
          `cannot serve on ${host} port ${port}: ${cause.message}; choose another --port`,
          { subject: '--port', cause },
        ),
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The path of a request that may be answered; null where it already was, with a refusal. */
function admit(guard: Guard, request: IncomingMessage, response: ServerResponse): URL | null {
  const url = request.url ?? '';
  const path = url.startsWith('/') ? URL.parse(`http://page${url}`) : null;
  if (path === null) {
    sendProblem(response, 400, usage('the address is malformed'));
    return null;
  }
  if (acceptToken(guard, request, response, path)) return null;
  const verdict = judge(guard, { method: request.method ?? '', headers: request.headers });
  if (verdict === 'allowed') return path;
  const [status, problem] = refusals[verdict];
  sendProblem(response, status, problem);
  return null;
}

function sendAnswer(
  response: ServerResponse,
  { pathname, searchParams }: URL,
  answers: ReturnType<typeof createAnswers>,
  hide: (text: string) => string,
): void {
  const answer = answers.get(pathname.slice('/api/'.length));
  if (answer === undefined) {
    sendProblem(response, 404, usage('there is no such question'));
    return;
  }
  answer(Object.fromEntries(searchParams)).then(
    (value) => send(response, 200, 'application/json', hide(JSON.stringify(value))),
    (error: unknown) => sendProblem(response, statusOf(error), problemOf(error), hide),
  );
}

/** All marks of an output as a file to keep. */
function sendMarks(
  response: ServerResponse,
  { searchParams }: URL,
  shown: readonly Shown[],
  hide: (text: string) => string,
): void {
  const one = shown[Number(searchParams.get('out') ?? 0)];
  if (one === undefined) {
    sendProblem(response, 404, usage('there is no such output'));
    return;
  }
  response.setHeader('content-disposition', 'attachment; filename="marks.jsonl"');
  one.marked.lines().then(
    (text) => send(response, 200, 'application/x-ndjson', hide(text)),
    (error: unknown) => sendProblem(response, statusOf(error), problemOf(error), hide),
  );
}

function sendFile(response: ServerResponse, file: PageFile | undefined): void {
  if (file === undefined) sendProblem(response, 404, usage('there is no such page'));
  else send(response, 200, file.type, file.bytes);
}

/** Whoever opens the page with the token in its address gets it as a cookie, which scripts lack. */
function acceptToken(
  { token, port }: Guard,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
): boolean {
  const given = searchParams.get('token');
  if (token === null || given === null || pathname !== '/' || request.method !== 'GET')
    return false;
  if (!isToken(given, token)) return false;
  response.writeHead(303, {
    location: '/',
    'set-cookie': `${cookieName(port)}=${token}; HttpOnly; SameSite=Strict; Path=/`,
  });
  response.end();
  return true;
}

const refusals: Readonly<Record<Exclude<Verdict, 'allowed'>, [number, Problem]>> = {
  'wrong-method': [405, usage('this server only reads')],
  'wrong-host': [421, usage('this server answers only to its own address')],
  'other-site': [403, usage('this server answers only to its own page')],
  'no-token': [401, usage('open the address that `backstory ui` printed, with its token')],
};

function openNews(response: ServerResponse, request: IncomingMessage, news: News): void {
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  const leave = news.listen(response);
  if (leave !== null) request.on('close', leave);
  else sendProblem(response, 503, usage('too many pages are open'));
}
