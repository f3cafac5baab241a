/**
 * How often a record crashed its stage, kept on disk so that it survives the process: a record that
 * crashes a stage again and again must become a dead letter instead of stopping a partition for
 * ever.
 */
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../store/make-folder.ts';

export interface CrashJournal {
  /** Notes a crash durably, and returns how many there are now for this record and stage. */
  add(stage: string, recordId: string): number;
  close(): void;
}

export function openCrashJournal(folder: string): CrashJournal {
  makeFolder(folder);
  const path = join(folder, 'crashes.log');
  const file = openSync(path, 'a+');
  const counts = new Map<string, number>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line !== '') counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return {
    add: (stage, recordId) => {
      const line = `${stage} ${recordId}`;
      writeSync(file, `${line}\n`);
      fsyncSync(file);
      const count = (counts.get(line) ?? 0) + 1;
      counts.set(line, count);
      return count;
    },
    close: () => closeSync(file),
  };
}
