/** Compares two outputs by what a trainer sees: every byte of shards and provenance. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const compared = ['shards', 'provenance'];

/** Path to SHA-256 of every file that must be equal. */
export function outputHashes(folder: string): Map<string, string> {
  const hashes = new Map<string, string>();
  for (const part of compared) {
    for (const name of readdirSync(join(folder, part)).sort()) {
      const bytes = readFileSync(join(folder, part, name));
      hashes.set(`${part}/${name}`, createHash('sha256').update(bytes).digest('hex'));
    }
  }
  return hashes;
}

/** Names of files that differ or are in one only. */
export function differences(a: Map<string, string>, b: Map<string, string>): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).sort();
}
