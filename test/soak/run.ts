/**
 * `npm run soak -- NAME [ARGUMENTS]`: long checks that are too slow for `npm test`. Each is a file
 * in test/soak exporting `run(arguments)`, prints what it did, and exits 1 when a promise broke.
 */
import { readdirSync } from 'node:fs';

const folder = new URL('.', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('-soak.ts'))
  .map((file) => file.slice(0, -'-soak.ts'.length));

const [name = '', ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run soak -- ${names.join('|')} [ARGUMENTS]`);
  process.exit(2);
}
const { run } = (await import(`./${name}-soak.ts`)) as {
  run: (rest: string[]) => Promise<boolean>;
};
process.exitCode = (await run(rest)) ? 0 : 1;
