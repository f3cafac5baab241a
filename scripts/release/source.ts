/** A small project for checks of a release. Its licence is one that a run admits. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const files: Readonly<Record<string, string>> = {
  LICENSE: 'Licensed under the Apache License, Version 2.0.\n',
  'package.json': '{ "name": "rooms", "license": "Apache-2.0", "type": "module" }\n',
  'src/shapes.ts': `/** Shapes with an area. */
export function area(width: number, height: number): number {
  if (width < 0 || height < 0) throw new RangeError('a side is negative');
  return width * height;
}
`,
  'src/rooms.ts': `import { area } from './shapes.ts';

/** Says how large a room is. */
export function describeRoom(width: number, height: number): string {
  return \`the room has \${area(width, height)} square metres\`;
}
`,
  'tools/count.py': `"""Counts words."""


def count(text: str) -> int:
    words = [word for word in text.split() if word]
    return len(words)
`,
};

export const smallSourceFiles = Object.keys(files).length;

export function writeSmallSource(folder: string): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
