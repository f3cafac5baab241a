/**
 * Finds a file's own licence: from its notice, from another file that states it (REUSE), or from
 * the nearest folder below the root that has its own licence.
 */
import { type Glob, openGlob } from '../../../runtime/glob.ts';
import type { FileText } from '../file-text.ts';
import { combine, identifiersOf, type LicenceExpression, licence } from './expression.ts';
import { readHeader } from './header.ts';
import { readMetadataLicence } from './metadata.ts';
import { isSidecar, licensedFolder } from './places.ts';
import { parseKnown, stated } from './statement.ts';
import { matchLicenceText } from './text.ts';

export interface OwnLicence {
  readonly expression: LicenceExpression;
  /** The file that states the licence. */
  readonly path: string;
  /** True if this is the folder's licence, which applies because the file states none. */
  readonly isFolders: boolean;
}

export interface OwnLicences {
  readonly of: (file: FileText) => OwnLicence | null;
  /** What `of` said of this path; null where it was not asked. */
  readonly known: (path: string) => OwnLicence | null;
}

type Statement = Omit<OwnLicence, 'isFolders'>;

/** `evidence` holds the repository's licence texts and metadata files, admitted or not. */
export function ownLicences(evidence: readonly FileText[]): OwnLicences {
  const folders = readFolders(evidence);
  const beside = readSidecars(evidence);
  const listed = readReuse(evidence);
  const known = new Map<string, OwnLicence | null>();
  const find = (file: FileText): OwnLicence | null => {
    const { path } = file;
    const header = readHeader(file);
    if (header !== null) return { expression: header, path, isFolders: false };
    const named = beside.get(path) ?? listed.findLast(({ covers }) => covers(path)) ?? null;
    if (named !== null) {
      return { expression: named.expression, path: named.path, isFolders: false };
    }
    const nearest = foldersOf(path).find((folder) => folders.has(folder));
    const found = nearest === undefined ? undefined : folders.get(nearest);
    return found === undefined ? null : { ...found, isFolders: true };
  };
  return {
    of: (file) => {
      const earlier = known.get(file.path);
      if (earlier !== undefined) return earlier;
      const found = find(file);
      known.set(file.path, found);
      return found;
    },
    known: (path) => known.get(path) ?? null,
  };
}

/** Returns the path's folders, innermost first, with a trailing slash and without the root. */
function foldersOf(path: string): readonly string[] {
  const folders: string[] = [];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    folders.push(path.slice(0, end + 1));
  }
  return folders;
}

function readFolders(evidence: readonly FileText[]): ReadonlyMap<string, Statement> {
  const folders = new Map<string, Statement>();
  const add = (folder: string, path: string, expression: LicenceExpression | null) => {
    if (expression === null) return;
    const earlier = folders.get(folder);
    const joined = combine('and', [earlier?.expression ?? [], expression].flat());
    if (joined !== null) folders.set(folder, { path: earlier?.path ?? path, expression: joined });
  };
  for (const { path, text } of evidence) {
    const folder = licensedFolder(path);
    const slash = path.lastIndexOf('/');
    if (folder !== null) {
      const found = matchLicenceText(text).map(({ identifier }) => licence(identifier));
      add(folder, path, combine('and', found));
    } else if (slash > 0) {
      const metadata = readMetadataLicence(path, text);
      // Metadata of an unpublished package is often not understood; it then says nothing.
      if (metadata === null || identifiersOf(metadata).includes(stated)) continue;
      add(path.slice(0, slash + 1), path, metadata);
    }
  }
  return folders;
}

function readSidecars(evidence: readonly FileText[]): ReadonlyMap<string, Statement> {
  const found = evidence.flatMap(({ path, text }) => {
    if (!isSidecar(path)) return [];
    const values = [...text.matchAll(/SPDX-License-Identifier:[ \t]*([^\r\n]{2,200})/g)];
    const expression = combine(
      'and',
      values.map(([, value = '']) => parseKnown(value.trim()) ?? licence(stated)),
    );
    const of = path.slice(0, -'.license'.length);
    return expression === null ? [] : [[of, { path, expression }] as const];
  });
  return new Map(found);
}

interface Annotation extends Statement {
  readonly covers: Glob;
}

/**
 * Returns the annotations of every REUSE.toml, from the root down, and of .reuse/dep5; for a file,
 * its last match counts.
 */
function readReuse(evidence: readonly FileText[]): readonly Annotation[] {
  const depth = ({ path }: FileText) => path.split('/').length;
  const downwards = evidence.toSorted((a, b) => depth(a) - depth(b));
  return downwards.flatMap(({ path, text: raw }) => {
    const text = raw.replace(/\r\n?/g, '\n');
    if (/(?:^|\/)REUSE\.toml$/.test(path)) {
      const parts = text.split(/^\[\[annotations\]\]/m);
      return parts.flatMap((part) => tomlAnnotation(path, part));
    }
    return path === '.reuse/dep5' ? text.split(/\n\s*\n/).flatMap(dep5Annotation) : [];
  });
}

/** The paths of a REUSE.toml begin at its folder. */
function tomlAnnotation(path: string, part: string): readonly Annotation[] {
  const paths = /^path\s*=\s*(\[[^\]]*\]|["'][^"'\n]*["'])/m.exec(part)?.[1] ?? '';
  const said =
    /^SPDX-License-Identifier\s*=\s*(\[[^\]]*\]|["'][^"'\n]*["'])/m.exec(part)?.[1] ?? '';
  const folder = path.slice(0, -'REUSE.toml'.length);
  const globs = quoted(paths).map((glob) => folder + glob);
  return annotation(path, globs, quoted(said));
}

function dep5Annotation(part: string): readonly Annotation[] {
  const files = /^Files:\s*((?:.+\n?)(?:[ \t]+.+\n?)*)/m.exec(part)?.[1] ?? '';
  const said = /^License:[ \t]*(\S.*)$/m.exec(part)?.[1] ?? '';
  // In dep5, a star also matches slashes.
  const globs = files.split(/\s+/).filter((glob) => glob !== '');
  return annotation(
    '.reuse/dep5',
    globs.map((glob) => glob.replaceAll('*', '**')),
    said === '' ? [] : [said],
  );
}

function quoted(value: string): readonly string[] {
  return [...value.matchAll(/["']([^"'\n]+)["']/g)].map((match) => match[1] ?? '');
}

function annotation(
  path: string,
  globs: readonly string[],
  said: readonly string[],
): readonly Annotation[] {
  const expression = combine(
    'and',
    said.map((value) => parseKnown(value.trim()) ?? licence(stated)),
  );
  if (expression === null) return [];
  return globs.map((glob) => ({ path, expression, covers: openGlob(glob) }));
}
