/**
 * A server on a socket that takes batches in OpenAI's format, and a ledger of what it has billed.
 * On demand it loses answers after it has acted, fails lines, and lets batches expire.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type ChatMessage, respond } from '../../services/teacher/fake-openai-server.ts';
import { listen } from './listen.ts';

interface Line {
  readonly custom_id: string;
  readonly body: { readonly messages: readonly ChatMessage[] };
}

interface Batch {
  readonly id: string;
  readonly input_file_id: string;
  readonly metadata: unknown;
  status: string;
  output_file_id: string | null;
  error_file_id: string | null;
}

export interface BatchFaults {
  /** The answer to the nth creation of a batch is lost, from 0; the batch exists. */
  readonly lostCreations?: readonly number[];
  readonly lostUploads?: readonly number[];
  /** What becomes of a line the nth time that it is asked, from 0. */
  readonly line?: (
    id: string,
    times: number,
  ) => 'answer' | 'error' | 'expire' | 'lose' | 'refuse' | 'broken';
  /** Bytes around each answer, as those of reasoning that nobody reads. */
  readonly padding?: number;
}

export interface BatchServer {
  readonly baseUrl: string;
  readonly batches: readonly Batch[];
  readonly files: ReadonlyMap<string, { readonly name: string; readonly text: string }>;
  /** How often a line was answered and billed, by its id. */
  readonly billed: ReadonlyMap<string, number>;
  /** Forgets a batch, as endpoints do after some weeks. */
  forget(batch: string): void;
  /** Ends all batches that are at work. */
  finish(): void;
  close(): Promise<void>;
}

export async function startBatchServer(faults: BatchFaults = {}): Promise<BatchServer> {
  const files = new Map<string, { name: string; text: string }>();
  const batches: Batch[] = [];
  const billed = new Map<string, number>();
  const asked = new Map<string, number>();
  let uploads = 0;

  const addFile = (name: string, text: string) => {
    const id = `file-${files.size}`;
    files.set(id, { name, text });
    return id;
  };

  const finish = (batch: Batch) => {
    const output: unknown[] = [];
    const errors: unknown[] = [];
    let lost = false;
    for (const line of linesOf(files.get(batch.input_file_id)?.text ?? '')) {
      const times = asked.get(line.custom_id) ?? 0;
      asked.set(line.custom_id, times + 1);
      const what = faults.line?.(line.custom_id, times) ?? 'answer';
      const { custom_id } = line;
      if (what === 'expire') continue;
      if (what === 'error') {
        errors.push({
          custom_id,
          response: { status_code: 500, body: { error: { message: 'x' } } },
        });
        continue;
      }
      billed.set(custom_id, (billed.get(custom_id) ?? 0) + (what === 'broken' ? 0 : 1));
      lost ||= what === 'lose';
      if (what === 'lose') continue;
      const body = what === 'broken' ? 'oops' : completionOf(line, what === 'refuse');
      const padding = 'x'.repeat(faults.padding ?? 0);
      output.push({ custom_id, response: { status_code: 200, body }, padding });
    }
    batch.status = output.length === 0 && !lost ? 'expired' : 'completed';
    // A file that breaks off, and lines that nobody asked for.
    const rest = lost ? `{"custom_id": "someone else's"}\n{"custom_id": "` : '';
    batch.output_file_id = addFile('output', asLines(output) + rest);
    batch.error_file_id = errors.length === 0 ? null : addFile('errors', asLines(errors));
  };

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const sent = Buffer.concat(chunks).toString('utf8');
    const path = new URL(request.url ?? '', 'http://x').pathname.replace('/v1', '');
    const method = request.method ?? '';
    if (path === '/files' && method === 'POST') {
      const id = addFile(/filename="([^"]*)"/.exec(sent)?.[1] ?? '', uploadedText(sent));
      uploads += 1;
      if (faults.lostUploads?.includes(uploads - 1) === true) return request.socket.destroy();
      return send(response, { id, object: 'file' });
    }
    if (path === '/files') {
      const data = [...files].map(([id, { name }]) => ({ id, filename: name })).reverse();
      return send(response, { object: 'list', data, has_more: false });
    }
    const content = /^\/files\/(.*)\/content$/.exec(path)?.[1];
    if (content !== undefined) return response.end(files.get(content)?.text ?? '');
    if (path === '/batches' && method === 'POST') {
      const { input_file_id, metadata } = JSON.parse(sent) as Batch;
      const fresh = { output_file_id: null, error_file_id: null, status: 'in_progress' };
      batches.push({ id: `batch-${batches.length}`, input_file_id, metadata, ...fresh });
      if (faults.lostCreations?.includes(batches.length - 1) === true) {
        return request.socket.destroy();
      }
      return send(response, batches.at(-1));
    }
    if (path === '/batches') {
      return send(response, { object: 'list', data: [...batches].reverse(), has_more: false });
    }
    return send(
      response,
      batches.find(({ id }) => path === `/batches/${id}`),
    );
  };

  const server = createServer((request, response) => void handle(request, response));
  const own = await listen(server);
  return {
    ...{ baseUrl: `${own}/v1`, batches, files, billed },
    forget: (batch) => {
      batches.splice(
        batches.findIndex(({ id }) => id === batch),
        1,
      );
    },
    finish: () => batches.filter(({ status }) => status === 'in_progress').forEach(finish),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function completionOf({ body: { messages } }: Line, refuses: boolean): unknown {
  const content = respond(messages);
  const message = refuses ? { content: null, refusal: 'I may not' } : { content };
  const prompt = messages.reduce((sum, each) => sum + each.content.length, 0);
  return {
    choices: [{ message, finish_reason: 'stop' }],
    usage: {
      prompt_tokens: Math.ceil(prompt / 4),
      completion_tokens: Math.ceil(content.length / 4),
    },
  };
}

function uploadedText(form: string): string {
  return form
    .split('\r\n')
    .filter((line) => line.startsWith('{'))
    .join('\n');
}

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Line);
}

function asLines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? { error: { message: 'no such thing' } }));
}
