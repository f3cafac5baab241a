/** Many small repositories of several kinds, some with bodies above the claim check's limit. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositories } from '../../simulation/repositories.ts';

/** Lines of text beyond 32 KiB, in some repositories. */
const longLines = 900;

/** Writes them below a folder and returns their paths, in a fixed order. */
export function writeSources(folder: string, count: number): string[] {
  const kinds = Object.entries(repositories);
  return Array.from({ length: count }, (_, number) => {
    const [kind, files] = kinds[number % kinds.length] as (typeof kinds)[number];
    const root = join(folder, `${kind}-${number}`);
    const write = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    for (const [path, text] of Object.entries(files)) write(path, text);
    write('notes/number.md', `# Number ${number}\n\nOne of ${count}.\n`);
    if (number % 5 === 3) {
      const lines = Array.from(
        { length: longLines },
        (_line, line) => `${line} of ${number}: data`,
      );
      write('notes/long.txt', `${lines.join('\n')}\n${lines.toReversed().join('\n')}\n`);
    }
    return root;
  });
}
