/**
 * The files of the page: those that the npm package brings built, else they are made from their
 * sources now. The bundler is loaded only then, because the package does without it.
 */
import { readFile } from 'node:fs/promises';
import type { PageFile } from './server.ts';

/** Where the package holds them, and the list of them there. */
export const builtPageFolder = 'services/ui/built';
export const builtPageList = 'files.json';

const folder = new URL('../built/', import.meta.url);

export async function pageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  return (await builtPage()) ?? (await import('./bundle.ts')).bundlePage();
}

/** Null in a checkout, where nothing is built. */
async function builtPage(): Promise<ReadonlyMap<string, PageFile> | null> {
  let list: string;
  try {
    list = await readFile(new URL(builtPageList, folder), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const files = JSON.parse(list) as { path: string; type: string; file: string }[];
  const read = files.map(async ({ path, type, file }): Promise<[string, PageFile]> => {
    return [path, { type, bytes: await readFile(new URL(file, folder)) }];
  });
  return new Map(await Promise.all(read));
}
