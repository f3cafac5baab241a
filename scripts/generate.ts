/**
 * Writes files that derive from schemas, topology and code: TypeScript types, the list of
 * languages, tables and pictures in READMEs, reference pages, the files of Compose and Kubernetes.
 * `--check` writes nothing and fails if a file is stale.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { languageList, languageListPath } from './generate/language-list.ts';

const root = new URL('..', import.meta.url);
const isCheck = process.argv.includes('--check');

/** Whether the file was stale. */
function update(path: string, text: string): boolean {
  const url = new URL(path, root);
  let current = '';
  try {
    current = readFileSync(url, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  if (current === text) return false;
  if (isCheck) console.error(`${path} is stale: run npm run generate`);
  else writeFileSync(url, text);
  return true;
}

async function main(): Promise<void> {
  const isListStale = update(languageListPath, languageList(root));
  // Imported only now, because the other files derive from the list that was just written.
  const { outputs } = await import('./generate/outputs.ts');
  const stale = outputs().filter(({ path, text }) => update(path, text));
  process.exitCode = isCheck && (isListStale || stale.length > 0) ? 1 : 0;
}

await main();
