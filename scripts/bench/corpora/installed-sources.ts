/** This repository and packages that ship hand-written sources, together as much as this one. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const packages = ['commander', 'pino', 'avsc', 'tar-stream', 'prom-client'];

export function installedSources(): string[] {
  const folders = packages.map((name) => join(root, 'node_modules', name));
  return [root, ...folders.filter((folder) => existsSync(folder))];
}
