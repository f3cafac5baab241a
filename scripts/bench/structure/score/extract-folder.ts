/** The extractor's structure of a folder, without files that tools installed or built. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractKnobs } from '../../../../services/stages/extract/config.ts';
import { openExtractor } from '../../../../services/stages/extract/extractor.ts';
import type { Structure } from '../../../../services/stages/extract/resolve/structure.ts';

/** Folders that tools install, build or keep; they are not part of the sources. */
const ignored = new Set(['.git', 'node_modules', 'target', '.backstory-oracle']);

export async function extractFolder(folder: string): Promise<Structure> {
  const extractor = openExtractor(extractKnobs.parse({}));
  try {
    return await extractor.extract(await readFolder(folder), new AbortController().signal);
  } finally {
    await extractor.close();
  }
}

async function readFolder(folder: string) {
  const files: { path: string; text: string }[] = [];
  const entries = glob('**/*', {
    cwd: folder,
    withFileTypes: true,
    exclude: (entry) => ignored.has(entry.name),
  });
  for await (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = (await readFile(path)).toString('utf8');
    // Binary files are left out, because they have no definitions.
    if (!text.includes('\0')) files.push({ path: path.slice(folder.length + 1), text });
  }
  return files;
}
