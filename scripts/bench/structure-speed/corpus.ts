/**
 * Real sources as folders of a given size: spread over the packages by a hash of the path, and
 * repeated under other folders' names where there is not enough.
 */
import { copyFile, glob, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { decodeSource } from '../../../services/stages/extract/facts/decode.ts';
import { languageOf } from '../../../services/stages/extract/languages/all-languages.ts';
import { byHash } from '../corpora/by-hash.ts';
import { fetchSources } from '../corpora/fetch-sources.ts';
import type { Repository } from '../structure/score/oracle.ts';

export const mixedSources: Repository = {
  name: 'mixed',
  obtain: async (folder) => fetchSources(folder),
};

export interface CorpusFile {
  readonly path: string;
  readonly bytes: number;
  readonly language: string;
}

/** Equals extract's `parseBytesMax`: files that it does not parse say nothing about its speed. */
const fileBytesMax = 1024 * 1024;

/** Every file in a parsed language, in the order in which samples take them. */
export async function readCorpus(folder: string): Promise<CorpusFile[]> {
  const files: CorpusFile[] = [];
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length + 1);
    // The extension decides; only headers are read, to tell C from C++.
    if (!entry.isFile() || languageOf(path, '') === null) continue;
    const bytes = await readFile(file);
    const text = bytes.byteLength > fileBytesMax ? null : decodeSource(bytes);
    const language = text === null ? null : languageOf(path, text);
    if (language === null) continue;
    files.push({ path, bytes: bytes.byteLength, language: language.name });
  }
  return byHash(files, ({ path }) => path);
}

export interface Sample {
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

/** A folder of the first files up to `bytesMax`; with `repeats` it starts over when needed. */
export async function layOut(
  source: string,
  files: readonly CorpusFile[],
  bytesMax: number,
  folder: string,
  repeats: boolean,
): Promise<Sample> {
  let count = 0;
  let bytes = 0;
  for (let copy = 0; bytes < bytesMax && files.length > 0 && (copy === 0 || repeats); copy += 1) {
    for (const file of files) {
      if (bytes >= bytesMax) break;
      const target = join(folder, `copy-${copy}`, file.path);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(source, file.path), target);
      count += 1;
      bytes += file.bytes;
    }
  }
  return { folder, files: count, bytes };
}
