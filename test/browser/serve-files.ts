/** Serves a folder of files below some path, as any web server would. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { listen } from '../samples/servers/listen.ts';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
};

export interface FileServer {
  /** Ends with the path below which the files lie. */
  readonly address: string;
  close(): Promise<void>;
}

export async function serveFiles(folder: string, path: string): Promise<FileServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://files');
    const name = pathname.startsWith(path) ? normalize(pathname.slice(path.length)) : '..';
    const file = name.startsWith('..') ? Promise.reject(new Error()) : readFile(join(folder, name));
    file.then(
      (bytes) => {
        response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain' });
        response.end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  const own = await listen(server);
  return {
    address: `${own}${path}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
