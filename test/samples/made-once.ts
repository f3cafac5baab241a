/**
 * Folders that tests make once and keep, below one that git ignores. The name says what a folder
 * was made of, so that a changed recipe gives another one. A name that is there was made
 * completely: a killed process leaves none.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../services/runtime/ids.ts';

export interface Recipe {
  /** The folder above, e.g. `.venv`. */
  readonly parent: string;
  readonly name: string;
  /** Everything that the content depends on. */
  readonly madeOf: string;
  /** Fills an empty folder, which is renamed afterwards. */
  readonly make: (folder: string) => Promise<void>;
}

/** What this process is making: whoever asks meanwhile waits for it. */
const underWay = new Map<string, Promise<string>>();

/** Path of the folder, made now if it is not there. */
export function madeOnce(recipe: Recipe): Promise<string> {
  const folder = `${recipe.name}-${sha256(recipe.madeOf).slice(0, 12)}`;
  const target = join(recipe.parent, folder);
  const made = underWay.get(target) ?? make(recipe, folder).finally(() => underWay.delete(target));
  underWay.set(target, made);
  return made;
}

async function make({ parent, name, make }: Recipe, folder: string): Promise<string> {
  const target = join(parent, folder);
  if (existsSync(target)) return target;
  const building = `${target}.building-${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  try {
    await make(building);
    renameSync(building, target);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    // Another process may have been faster with the same recipe: its folder is as good.
    if (!existsSync(target)) throw error;
  }
  removeOutdated(parent, name, folder);
  return target;
}

/** Folders of earlier recipes and of killed processes, which may be gigabytes. */
function removeOutdated(parent: string, name: string, current: string): void {
  for (const other of readdirSync(parent)) {
    if (other === current || !other.startsWith(`${name}-`)) continue;
    const builder = /\.building-(\d+)$/.exec(other)?.[1];
    if (builder !== undefined && existsSync(`/proc/${builder}`)) continue;
    rmSync(join(parent, other), { recursive: true, force: true });
  }
}
