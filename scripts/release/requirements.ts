/** Reads locked Python requirements as uv writes them, and the declared ones of a package. Pure. */

export interface LockedRequirement {
  readonly name: string;
  readonly version: string;
  /** Where it is needed, e.g. `sys_platform == 'win32'`; null everywhere. */
  readonly marker: string | null;
  /** SHA-256 of its files. */
  readonly hashes: readonly string[];
  /** The packages that need it; none for one that is asked for itself. */
  readonly via: readonly string[];
}

/** `name==version ; marker \`, its hashes, who needs it as comments. Throws at any other line. */
export function readLock(text: string): LockedRequirement[] {
  const found: (LockedRequirement & { readonly hashes: string[]; readonly via: string[] })[] = [];
  for (const [place, line] of text.split('\n').entries()) {
    const named = /^([\w.-]+)==(\S+)(?: ; ([^\\]*?))?(?: \\)?$/.exec(line);
    const hash = /^ {4}--hash=sha256:([0-9a-f]{64})(?: \\)?$/.exec(line)?.[1];
    const via = /^ {4}#(?: via| {3}(?=\S))(?: ?([\w.-]+)(?: \(.*\))?)?$/.exec(line);
    if (named !== null) {
      const [, name = '', version = '', marker = null] = named;
      found.push({ name: normalized(name), version, marker, hashes: [], via: [] });
    } else if (hash !== undefined) found.at(-1)?.hashes.push(hash);
    else if (via !== null) {
      if (via[1] !== undefined) found.at(-1)?.via.push(normalized(via[1]));
    } else if (!/^(#.*|\s*)$/.test(line)) {
      throw new Error(`line ${place + 1} of the lock is not understood: ${line}`);
    }
  }
  return found;
}

/** As package indexes compare names. */
export function normalized(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, '-');
}

/** Names of `project.dependencies` of a pyproject.toml, without versions and extras. */
export function declaredNames(project: string): string[] {
  const list = /^dependencies = \[(.*?)\]$/ms.exec(project)?.[1] ?? '';
  return [...list.matchAll(/"([\w.-]+)/g)].map(([, name = '']) => normalized(name));
}

/** All that these packages need, with what that needs. */
export function closureOf(
  names: readonly string[],
  locked: readonly LockedRequirement[],
): LockedRequirement[] {
  const wanted = new Set(names);
  for (let before = -1; before < wanted.size; ) {
    before = wanted.size;
    for (const { name, via } of locked) if (via.some((each) => wanted.has(each))) wanted.add(name);
  }
  return locked.filter(({ name }) => wanted.has(name));
}
