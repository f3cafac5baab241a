/**
 * What a source string names, judged by its text alone, and the identity of a repository. Pure:
 * whether the place exists is asked in `sources.ts`.
 */
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';

const archiveNames: readonly (readonly [RegExp, ArchiveFormat])[] = [
  [/\.(?:tar\.gz|tgz|crate)$/i, 'tgz'],
  [/\.(?:zip|jar|whl)$/i, 'zip'],
  [/\.tar$/i, 'tar'],
];

export const archiveKinds = '.tar, .tar.gz, .tgz, .crate, .zip, .jar or .whl';

/** How an archive of this name is packed; null for other names. */
export function archiveFormat(name: string): ArchiveFormat | null {
  return archiveNames.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** The base name without an archive's extension. */
export function repositoryName(baseName: string): string {
  for (const [pattern] of archiveNames) {
    const name = baseName.replace(pattern, '');
    if (name !== baseName && name !== '') return name;
  }
  return baseName === '' ? 'repository' : baseName;
}

/** `owner/name` or `owner/name@ref`, as a code host writes a repository. */
export function isHostedName(source: string): boolean {
  return (
    /^[A-Za-z0-9][\w-]{0,38}\/[\w][\w.-]{0,99}(?:@[\w./-]{1,200})?$/.test(source) &&
    archiveFormat(source) === null
  );
}

/** Sources of a list: one per line, `#` starts a comment line. */
export function parseList(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Equal content under one name is one repository, wherever it lies. */
export function repositoryIdentity(name: string, archiveSha256: string): string {
  return sha256(canonicalJson([name, archiveSha256])).slice(0, 32);
}

/** Identity of a source that gave no archive: its position tells it apart. */
export function unreadableIdentity(name: string, origin: string, sequence: number): string {
  return sha256(canonicalJson(['unreadable', name, origin, sequence])).slice(0, 32);
}
