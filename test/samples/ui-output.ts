/**
 * An output of a real run for the tests of the page: a small project with hostile content, whose
 * search rewrote a thought, and a source that was dropped.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runLine } from '../services/cli/terminal.ts';
import { writeFiles } from './write-files.ts';

/** Markup, a control character and a mark that turns the direction of text. */
export const hostileText = `</pre><script>document.title = 'owned'</script><img src=x onerror=x>\u202e\u0007`;

const licence = `MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software
and associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions: The above copyright notice and this
permission notice shall be included in all copies or substantial portions of the Software.
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED.
`;

const shapes = `/** Shapes with an area. */
export function area(width: number, height: number): number {
  return width * height;
}

export const greeting = 'hello';
`;

const report = `import { area, greeting } from './shapes.ts';

/** Prints how large a room is. */
export function describeRoom(width: number, height: number): string {
  return \`\${greeting}: the room has \${area(width, height)} square metres\`;
}
`;

/** Files of the project, by path. */
export function projectFiles(longLine = 3_000): Readonly<Record<string, string>> {
  return {
    LICENSE: licence,
    'package.json': '{ "name": "rooms", "license": "MIT", "type": "module" }\n',
    'src/shapes.ts': shapes,
    'src/report.ts': report,
    'src/hostile.ts': `// ${hostileText}\nexport const markup = ${JSON.stringify(hostileText)};\n`,
    'notes/long.md': `# Long\n\n${'word '.repeat(longLine / 5)}\n`,
  };
}

/** Runs the program on the project, an empty folder and other projects; returns the output's path. */
export async function runUiOutput(
  folder: string,
  files = projectFiles(),
  others: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): Promise<string> {
  writeFiles(join(folder, 'rooms'), files);
  mkdirSync(join(folder, 'empty'));
  for (const [name, own] of Object.entries(others)) writeFiles(join(folder, name), own);
  const sources = ['rooms', 'empty', ...Object.keys(others)].map((name) => join(folder, name));
  const argv = ['run', ...sources, '--out', 'out', '--search', 'on', '--quiet'];
  // Files so small gain little: without a margin, some thought of them is rewritten.
  const knobs = ['search.gainBitsMin=0', 'search.gainShareMin=0'];
  // Lines of any length are let in.
  knobs.push('admit.lineCharactersMax=6000000', 'admit.fileBytesMax=6000000');
  // A project is one sample here, however long.
  knobs.push('flatten.episodeTokens=0');
  argv.push(...knobs.flatMap((knob) => ['--set', knob]));
  const { exitCode, err } = await runLine(argv, { workingFolder: folder });
  if (exitCode !== 0) throw new Error(`the run failed: ${err}`);
  return join(folder, 'out');
}
