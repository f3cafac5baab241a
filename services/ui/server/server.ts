/**
 * The server of `backstory ui`. It serves nothing but the files of the page, which are in memory,
 * and JSON about the outputs that were named at the start. It only reads, unless it was given the
 * right to change what `changes.ts` lists.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PipelineError } from '../../runtime/errors.ts';
import { canonicalJson } from '../../runtime/ids.ts';
import type { Problem } from '../api.ts';
import type { LiveAnswer } from '../live/view.ts';
import type { WatchedLive } from '../live/watch-live.ts';
import { problemOf } from '../reading/problem.ts';
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
import { pageWithOutputs } from './page-with-outputs.ts';
import { send, sendProblem, statusOf, usage } from './send.ts';
import { type ShowOptions, showOutputs } from './shown.ts';
import { takeChange } from './take-change.ts';

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface UiOptions extends ShowOptions {
  /** By path, as `/` or `/page.js`. */
  readonly page: ReadonlyMap<string, PageFile>;
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Needed unless the host is this machine's own address. */
  readonly token: string | null;
  /** Removes known secrets from what is served. */
  readonly hide: (text: string) => string;
}

export interface UiServer {
  readonly port: number;
  close(): Promise<void>;
}

/** USAGE when the address cannot be taken, or a token is missing that it needs. */
export async function startUiServer(options: UiOptions): Promise<UiServer> {
  const { outputs, host, token, mayChange } = options;
  if (!isLoopback(host) && token === null) {
    throw new PipelineError('USAGE', `${host} can be reached by others: it needs a token`);
  }
  if (mayChange && token === null) {
    throw new PipelineError('USAGE', 'a page that may change something needs a token');
  }
  const { shown, close } = showOutputs(options);
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: 30_000 });
  const port = await listen(server, options);
  for (const output of outputs) output.warm();
  const news = createNews('outputs', async () => {
    await Promise.all(outputs.map((output) => output.refresh()));
    return canonicalJson(outputs.map((output) => output.state()));
  });
  const watches = shown.map(({ live }) => createNews('live', () => tellLive(live, options.hide)));
  const answers = createAnswers(shown);
  const changes = createChanges(shown);
  const guard: Guard = { token, port, mayChange, hosts: isLoopback(host) ? ownHosts(port) : null };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(safetyHeaders)) response.setHeader(name, value);
    const path = admit(guard, request, response);
    if (path === null) return;
    if (request.method === 'POST') takeChange(request, response, path, { changes, ...options });
    else if (path.pathname === '/api/news') openNews(response, request, news);
    else if (path.pathname === '/api/watch') openNews(response, request, watches[outOf(path)]);
    else if (path.pathname === '/marks.jsonl') sendMarks(response, path, shown, options.hide);
    else if (path.pathname.startsWith('/api/')) sendAnswer(response, path, answers, options.hide);
    else sendFile(response, path.pathname, options).catch(() => response.destroy());
  });
  return {
    port,
    close: async () => {
      for (const each of [news, ...watches]) each.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await close();
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
  // A person who opened the page without its token reads it.
  if (path.pathname === '/') send(response, status, 'text/plain', `${problem.message}\n`);
  else sendProblem(response, status, problem);
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
  url: URL,
  shown: readonly Shown[],
  hide: (text: string) => string,
): void {
  const one = shown[outOf(url)];
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

async function sendFile(
  response: ServerResponse,
  path: string,
  { page, outputs, hide }: Pick<UiOptions, 'page' | 'outputs' | 'hide'>,
): Promise<void> {
  const file = page.get(path);
  if (file === undefined) {
    sendProblem(response, 404, usage('there is no such page'));
    return;
  }
  if (path !== '/') {
    send(response, 200, file.type, file.bytes);
    return;
  }
  // Nobody has looked since the last page was closed.
  await Promise.all(outputs.map((output) => output.refresh()));
  const states = outputs.map((output) => output.state());
  send(response, 200, file.type, pageWithOutputs(file.bytes, states, hide));
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

function outOf({ searchParams }: URL): number {
  return Number(searchParams.get('out') ?? 0);
}

/** A failure is told as what is known: a page that watches is not left without a word. */
async function tellLive(live: WatchedLive, hide: (text: string) => string): Promise<string> {
  const answer = await live.view().catch((error: unknown): LiveAnswer => {
    const { code, message } = problemOf(error);
    return { live: null, why: `${code}: ${message}` };
  });
  return hide(JSON.stringify(answer));
}

function openNews(
  response: ServerResponse,
  request: IncomingMessage,
  news: News | undefined,
): void {
  if (news === undefined) {
    sendProblem(response, 404, usage('there is no such output'));
    return;
  }
  response.setHeader('content-type', 'text/event-stream; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  const leave = news.listen(response);
  if (leave !== null) request.on('close', leave);
  else sendProblem(response, 503, usage('too many pages are open'));
}
