/**
 * Which sources see the include folders that list files of CMake name: those of a directory hold
 * for the sources it builds, those of a library also for targets that link to it. Pure.
 */
import { addTo } from '../../facts/facts.ts';
import { foldersUpwards } from '../../paths.ts';
import type { Budget } from '../budget.ts';
import type { NamedFolder } from './named-folders.ts';

export interface Targets {
  /** The list file of a folder builds a target, from sources of other folders too. */
  build(target: string, folder: string, outside: readonly string[]): void;
  link(target: string, folder: string, libraries: readonly string[]): void;
  alias(target: string, meant: string): void;
  /** Adds an include folder for all files at or below the folder of the list file. */
  addToDirectory(from: string, folder: string): void;
  /** Adds an include folder for a target's sources and, if it is offered, for its users'. */
  addTo(target: string, from: string, folder: string, isOffered: boolean): void;
  /** Returns the include folders in the order in which they are named; each pair once. */
  folders(): NamedFolder[];
}

/** A target, or all targets in the folder of a list file, with the libraries linked there. */
interface User {
  readonly libraries: Set<string>;
  /** Returns the folders of its sources. */
  readonly homes: () => ReadonlySet<string>;
}

interface State {
  readonly see: (folder: string, visibleFrom: string) => void;
  readonly budget: Budget;
  readonly users: readonly User[];
  /** Target to the libraries that it links to. */
  readonly linked: ReadonlyMap<string, ReadonlySet<string>>;
  /** Target to the folders that its users see. */
  readonly offered: ReadonlyMap<string, ReadonlySet<string>>;
  /** Folder to the include folders that its list file sets for all files at or below it. */
  readonly directories: ReadonlyMap<string, ReadonlySet<string>>;
  /** Folder of a list file to the folders outside of it whose sources the list file builds. */
  readonly outside: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What a step and a pair that is kept take from the budget, in characters that could be read. */
const stepWeight = 4;
const pairWeight = 256;

const nothing: ReadonlySet<string> = new Set();

/** `folders` are those of the repository: an include folder elsewhere can hold no header of it. */
export function openTargets(folders: ReadonlySet<string>, budget: Budget): Targets {
  const pairs = openPairs(folders, budget);
  const see = pairs.add;
  const users: User[] = [];
  const [linked, linkedIn]: [Sets, Sets] = [new Map(), new Map()];
  const [offered, own]: [Sets, Sets] = [new Map(), new Map()];
  const [homes, directories, outside]: [Sets, Sets, Sets] = [new Map(), new Map(), new Map()];
  const homesOf = (target: string) => homes.get(target) ?? nothing;
  const librariesOf = (map: Sets, name: string, homes: User['homes']) => {
    const libraries = map.get(name) ?? new Set();
    if (!map.has(name)) users.push({ libraries, homes });
    map.set(name, libraries);
    return libraries;
  };
  const linkedTo = (target: string) => librariesOf(linked, target, () => homesOf(target));
  return {
    build(target, folder, others) {
      for (const home of [folder, ...others]) addTo(homes, target, home);
      for (const home of others) addTo(outside, folder, home);
      // Folders that were named for the target before its sources.
      for (const named of own.get(target) ?? nothing) {
        for (const home of homesOf(target)) see(named, home);
      }
    },
    link(target, folder, libraries) {
      const here = new Set([folder]);
      for (const all of [linkedTo(target), librariesOf(linkedIn, folder, () => here)]) {
        for (const library of libraries) all.add(library);
      }
    },
    alias(target, meant) {
      const libraries = linkedTo(target);
      libraries.clear();
      libraries.add(meant);
    },
    addToDirectory(from, folder) {
      see(folder, from);
      addTo(directories, from, folder);
    },
    addTo(target, from, folder, isOffered) {
      see(folder, from);
      for (const home of homesOf(target)) see(folder, home);
      addTo(own, target, folder);
      if (isOffered) addTo(offered, target, folder);
    },
    folders() {
      passOn({ see, budget, users, linked, offered, directories, outside });
      return pairs.all();
    },
  };
}

type Sets = Map<string, Set<string>>;

/** Keeps each pair of an include folder and the folder whose files see it once. */
function openPairs(folders: ReadonlySet<string>, budget: Budget) {
  const named = new Map<string, NamedFolder>();
  return {
    add(folder: string, visibleFrom: string): void {
      if (!budget.take(stepWeight) || !folders.has(folder)) return;
      const key = `${visibleFrom}\0${folder}`;
      if (named.has(key) || !budget.take(pairWeight)) return;
      named.set(key, { folder, visibleFrom, confidence: 1 });
    },
    all: () => [...named.values()],
  };
}

/**
 * Makes include folders visible to more sources: those of a directory to the sources it builds
 * outside of its folder, those of a library to the sources of targets that link to it.
 */
function passOn({ see, budget, users, linked, offered, directories, outside }: State): void {
  for (const [builder, homes] of outside) {
    for (const around of foldersUpwards(builder)) {
      for (const folder of directories.get(around) ?? nothing) {
        for (const home of homes) see(folder, home);
      }
    }
  }
  for (const user of users) {
    const homes = user.homes();
    if (homes.size === 0) continue;
    const libraries = new Set(user.libraries);
    for (const library of libraries) {
      for (const next of linked.get(library) ?? nothing) {
        if (!budget.take(stepWeight)) return;
        libraries.add(next);
      }
      for (const folder of offered.get(library) ?? nothing) {
        for (const home of homes) see(folder, home);
      }
    }
  }
}
