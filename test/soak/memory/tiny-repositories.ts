/**
 * Makes many tiny repositories of 13 files each, no two with the same text: what a long run over
 * small repositories leaves in memory does not show with few or large ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const licence = `MIT License

Copyright (c) the authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;

const modules = 10;

/** Makes the repositories that are missing in the folder, and returns the path of their list. */
export function makeTinyRepositories(folder: string, count: number): string {
  const names = Array.from({ length: count }, (_, position) => `tiny-${position}`);
  for (const [position, name] of names.entries()) makeTiny(join(folder, name), position);
  const list = join(folder, `${count}.txt`);
  writeFileSync(list, `${names.join('\n')}\n`);
  return list;
}

function makeTiny(folder: string, seed: number): void {
  mkdirSync(join(folder, 'src'), { recursive: true });
  writeFileSync(join(folder, 'LICENSE'), licence);
  writeFileSync(join(folder, 'README.md'), `# tiny ${seed}\n\nCounts to ${seed}, step by step.\n`);
  const main = `src/step${modules - 1}.js`;
  const manifest = { name: `tiny-${seed}`, version: '1.0.0', license: 'MIT', main };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (let step = 0; step < modules; step += 1) {
    writeFileSync(join(folder, 'src', `step${step}.js`), moduleText(step, seed));
  }
}

function moduleText(step: number, seed: number): string {
  const before = step === 0 ? '' : `import { step${step - 1} } from './step${step - 1}.js';\n\n`;
  const base = step === 0 ? 'count' : `step${step - 1}(count)`;
  return `${before}/** Adds ${step} to what was counted so far in repository ${seed}. */
export function step${step}(count) {
  const sum = ${base} + ${step} * ${seed};
  return sum > ${seed} ? sum - ${step} : sum;
}

export const label${step} = 'step ${step} of ${seed}';
`;
}
