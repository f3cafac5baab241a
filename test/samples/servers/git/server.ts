/** A real git server on a socket: `git http-backend` behind HTTP, which can fail on demand. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface GitServer {
  readonly url: string;
  /** Path and query of every request. */
  readonly asked: string[];
  /** Statuses with which the next requests fail; 0 cuts the answer off, -1 never answers. */
  readonly faults: number[];
  /** Makes a commit of these files, and returns its hash. */
  commit(name: string, files: Readonly<Record<string, string>>): string;
  /** Runs git in the bare repository of this name. */
  git(name: string, ...command: string[]): string;
  close(): Promise<void>;
}

export async function startGitServer(): Promise<GitServer> {
  const root = mkdtempSync(join(tmpdir(), 'backstory-git-server-'));
  const asked: string[] = [];
  const faults: number[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const fault = faults.shift();
    if (fault === undefined) return serve(root, request, response);
    if (fault === -1) return;
    if (fault > 0) return response.writeHead(fault).end();
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('0');
    setTimeout(() => response.destroy(), 20);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const git = (name: string, ...command: string[]) => run(join(root, `${name}.git`), command);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    faults,
    git,
    commit: (name, files) => {
      const bare = join(root, `${name}.git`);
      const work = join(root, 'work', name);
      mkdirSync(work, { recursive: true });
      if (!existsSync(bare))
        run(root, ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), text);
      }
      const place = [`--git-dir=${bare}`, `--work-tree=${work}`];
      run(work, [...place, 'add', '--all']);
      run(work, [...place, 'commit', '--quiet', '--allow-empty', '--message=more']);
      return git(name, 'rev-parse', 'HEAD');
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const author = { NAME: 'A', EMAIL: 'a@example.org', DATE: '2026-01-02T03:04:05Z' };
const environment = Object.entries(author).flatMap(([name, value]) => [
  [`GIT_AUTHOR_${name}`, value],
  [`GIT_COMMITTER_${name}`, value],
]);

function run(folder: string, command: readonly string[]): string {
  const env = {
    ...process.env,
    ...Object.fromEntries(environment),
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return execFileSync('git', [...command], { cwd: folder, env, encoding: 'utf8' }).trim();
}

/** As the Common Gateway Interface wants it: a head of lines, an empty one, the body. */
function serve(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://localhost');
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...process.env,
      ...{ GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: url.pathname },
      ...{ QUERY_STRING: url.search.slice(1), REQUEST_METHOD: request.method ?? 'GET' },
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  backend.stdin.on('error', () => {});
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.once('close', () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf('\r\n\r\n');
    const head = all.subarray(0, end).toString('latin1').split('\r\n');
    const fields = head.map((line) => line.split(': ') as [string, string]);
    const status = Number.parseInt(fields.find(([name]) => name === 'Status')?.[1] ?? '200', 10);
    response.writeHead(status, Object.fromEntries(fields)).end(all.subarray(end + 4));
  });
}
