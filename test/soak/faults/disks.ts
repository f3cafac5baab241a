/** Small file systems in memory that can be filled to the last byte. Linux, and root. */
import { execFile } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Disk } from './fault.ts';

const execute = promisify(execFile);

export interface MountedDisk extends Disk {
  unmount(): Promise<void>;
}

/** Null where this user may not mount. */
export async function mountDisk(folder: string, megabytes: number): Promise<MountedDisk | null> {
  mkdirSync(folder, { recursive: true });
  try {
    await execute('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  } catch {
    return null;
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => fill(filler),
    free: () => rmSync(filler, { force: true }),
    unmount: async () => {
      await execute('umount', ['--lazy', folder]);
    },
  };
}

/** By ever smaller pieces, until not even one byte has room. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size >= 1; ) {
      try {
        writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        size >>= 1;
      }
    }
  } finally {
    closeSync(file);
  }
}
