/**
 * Interprets a source string by its text alone, and computes the identity of a repository. Pure:
 * `sources.ts` checks whether the source exists.
 */
import type { ArchiveFormat } from '../../../schemas/generated/types.ts';
import { isGitReference, readGitAddress } from '../../ports/git/address.ts';
import { canonicalJson, sha256 } from '../../runtime/ids.ts';

const archiveNames: readonly (readonly [RegExp, ArchiveFormat])[] = [
  [/\.(?:tar\.gz|tgz|crate)$/i, 'tgz'],
  [/\.(?:zip|jar|whl)$/i, 'zip'],
  [/\.tar$/i, 'tar'],
];

export const archiveKinds = '.tar, .tar.gz, .tgz, .crate, .zip, .jar or .whl';

/** Returns the archive format that a file name implies; null if it is not an archive's name. */
export function archiveFormat(name: string): ArchiveFormat | null {
  return archiveNames.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

/** Returns the base name without an archive's extension. */
export function repositoryName(baseName: string): string {
  for (const [pattern] of archiveNames) {
    const name = baseName.replace(pattern, '');
    if (name !== baseName && name !== '') return name;
  }
  return baseName === '' ? 'repository' : baseName;
}

/** Whether a local path looks like `owner/name` or `owner/name@ref`, without `github:`. */
export function isHostedName(source: string): boolean {
  return (
    /^[A-Za-z0-9][\w-]{0,38}\/[\w][\w.-]{0,99}(?:@[\w./-]{1,200})?$/.test(source) &&
    archiveFormat(source) === null
  );
}

/** What a source names that is not on this machine: a repository by its name or its address. */
export type HostedName =
  | {
      readonly kind: 'repository';
      /** Owner and name on GitHub, or an address of git. */
      readonly repository: string;
      readonly reference: string | null;
      readonly name: string;
      /** The source in its shortest form. */
      readonly origin: string;
    }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'malformed'; readonly detail: string };

const hostedName =
  /^(?<repository>[A-Za-z0-9][\w-]{0,99}\/[\w.-]{1,100})(?:@(?<reference>.{1,255}))?$/;

/** Null for a local path; a local path of this form is written ./github:…. */
export function parseHostedName(source: string): HostedName | null {
  const read = readGitAddress(source);
  if (read !== null) {
    if ('problem' in read) return { kind: 'malformed', detail: `${source} ${read.problem}` };
    const { address: repository, path, reference } = read;
    const origin = reference === null ? repository : `${repository}#${reference}`;
    return { kind: 'repository', repository, reference, name: lastPart(path), origin };
  }
  const [, scheme, rest = ''] = /^(github|github-search):(.*)$/s.exec(source) ?? [];
  if (scheme === undefined) return null;
  const text = rest.trim();
  if (scheme === 'github-search') {
    if (text !== '') return { kind: 'search', query: text };
    return { kind: 'malformed', detail: 'github-search: needs a query' };
  }
  const { repository, reference } = hostedName.exec(text)?.groups ?? {};
  const isName = repository !== undefined && !/\/\.{1,2}$/.test(repository);
  if (isName && (reference === undefined || isGitReference(reference))) {
    const origin = `github:${repository}${reference === undefined ? '' : `@${reference}`}`;
    const name = lastPart(repository);
    return { kind: 'repository', repository, reference: reference ?? null, name, origin };
  }
  return { kind: 'malformed', detail: `${source} is not of the form github:OWNER/NAME[@REF]` };
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns the sources in a list: one per line; a line that starts with `#` is a comment. */
export function parseList(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Returns a repository's identity: equal name and content are one repository, at any path. */
export function repositoryIdentity(name: string, contentSha256: string): string {
  return sha256(canonicalJson([name, contentSha256])).slice(0, 32);
}

/**
 * Returns the identity of a source that gave no archive; `before` counts earlier ones of its
 * origin.
 */
export function unreadableIdentity(name: string, origin: string, before: number): string {
  return sha256(canonicalJson(['unreadable', name, origin, before])).slice(0, 32);
}
