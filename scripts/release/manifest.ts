/** The checkout's package.json: name, version and dependencies of a release. */
import { readFileSync } from 'node:fs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const path = new URL('../../package.json', import.meta.url);

export const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
