/** Serves one output to a test, and asks the server as a browser or as a stranger would. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storageKnobs } from '../../../../services/runtime/store/objects/config.ts';
import { openRunLive } from '../../../../services/ui/live/run-live.ts';
import { type ServedOutput, serveOutput } from '../../../../services/ui/reading/served-output.ts';
import {
  startUiServer,
  type UiOptions,
  type UiServer,
} from '../../../../services/ui/server/server.ts';
import { runUiOutput } from '../../../samples/ui-output.ts';

export interface Served {
  readonly server: UiServer;
  readonly options: UiOptions;
  readonly outputs: readonly ServedOutput[];
  ask(path: string, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  json(path: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface ServeOptions {
  readonly cache?: string | null;
  readonly token?: string | null;
  readonly host?: string;
  readonly mayChange?: boolean;
  readonly timeMs?: () => number;
}

export async function serveFolders(
  folders: readonly string[],
  given: ServeOptions = {},
): Promise<Served> {
  const { cache = null, token = null, host = '127.0.0.1' } = given;
  const { mayChange = false, timeMs = Date.now } = given;
  const stop = new AbortController();
  const outputs = await Promise.all(
    folders.map((folder) => {
      const place = { settings: storageKnobs.parse({}), folder };
      return serveOutput({ label: folder, place, runFolder: folder }, cache, stop.signal);
    }),
  );
  const options: UiOptions = {
    outputs,
    lives: folders.map((each) => openRunLive(each, timeMs)),
    mayChange,
    page: new Map([['/', { type: 'text/html', bytes: Buffer.from('the page') }]]),
    host,
    port: 0,
    token,
    measureQuality: async () => [{ title: 'Totals', head: null, rows: [['files', '1']] }],
    now: () => performance.now(),
    timeMs,
    hide: (text) => text.replaceAll('my-secret-key', '***'),
  };
  const server = await startUiServer(options);
  const ask: Served['ask'] = (path, headers = {}) => askServer(server.port, path, headers);
  return {
    server,
    options,
    outputs,
    ask,
    json: async (path) => {
      const { status, text } = await ask(path);
      if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
      return JSON.parse(text);
    },
    close: async () => {
      stop.abort();
      await server.close();
    },
  };
}

export interface ServedRun extends Served {
  /** Holds the output, and whatever a test makes beside it. */
  readonly folder: string;
  readonly out: string;
}

/** Serves the output of a real run, whose catalogue is complete; closing it removes the folder. */
export async function serveRun(): Promise<ServedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-ui-'));
  const out = await runUiOutput(folder);
  const served = await serveFolders([out], { cache: join(folder, 'cache') });
  await served.outputs[0]?.settled();
  return {
    ...served,
    folder,
    out,
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sends the path as it is: `fetch` would tidy it up. */
export function askServer(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'GET',
  body = '',
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asking = request(
      { host: '127.0.0.1', port, path, headers, method, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      },
    );
    asking.on('error', reject).end(body);
  });
}
