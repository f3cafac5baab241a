/**
 * Decides which names in an archive may become paths of a repository: relative, forward slashes, no
 * `..`, no control characters, valid UTF-8. An unsafe name is refused, never repaired, because a
 * repaired name could point at another file.
 */

/** The maximum number of bytes that file systems allow in one path segment. */
const segmentBytesMax = 255;

/** Returns the path, `''` for the archive's root itself, or null if the name is unsafe. */
export function safePath(name: string, pathBytesMax: number): string | null {
  if (name.length === 0 || Buffer.byteLength(name) > pathBytesMax) return null;
  if (hasUnsafeCharacter(name) || name.startsWith('/') || /^[A-Za-z]:/.test(name)) return null;
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  for (const segment of segments) {
    if (segment === '..' || Buffer.byteLength(segment) > segmentBytesMax) return null;
  }
  return segments.join('/');
}

/** Whether the name holds control characters, backslashes or marks of invalid UTF-8. */
function hasUnsafeCharacter(name: string): boolean {
  for (let index = 0; index < name.length; index++) {
    const code = name.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
    if (code === 0x5c || code === 0xfffd) return true;
  }
  return !name.isWellFormed();
}

/** Returns an unsafe name in a form fit for a report: on one line and of bounded length. */
export function printablePath(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these characters are to be replaced.
  const shown = name.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}

/** What the Finder and git put beside the folder that they pack. */
const beside = /^(?:\._[^/]*|\.DS_Store|__MACOSX\/.*|pax_global_header)$/;

/** Returns the path below the top folder; a path beside it stays as it is. */
export function belowTop(path: string, top: string | null): string {
  return top !== null && path.startsWith(`${top}/`) ? path.slice(top.length + 1) : path;
}

/**
 * Returns the one folder that holds all files, as in release archives; null if there is none. In
 * Go module archives this folder has several segments: `example.org/owner/module@v1.2.3/`.
 */
export function commonTopFolder(paths: Iterable<string>): string | null {
  let top: string | null = null;
  for (const path of paths) {
    if (beside.test(path)) continue;
    const folder = /^[^@]+@v\d[^/]*(?=\/)/.exec(path)?.[0] ?? /^[^/]+(?=\/)/.exec(path)?.[0];
    if (folder === undefined || (top !== null && top !== folder)) return null;
    top = folder;
  }
  return top;
}
