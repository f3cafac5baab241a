/**
 * Finds a file's own licence: from its notice, from another file that states it (REUSE), or from
 * the nearest folder below the root that has its own licence. Where nobody states one of the whole
 * work, a file without its own has none: that others have one says nothing of it.
 */
import { type Glob, openGlob } from '../../../runtime/glob.ts';
import type { FileText } from '../file-text.ts';
import { combine, identifiersOf, type LicenceExpression, licence } from './expression.ts';
import { joinFolder, type LicensedText, readText } from './folder-licence.ts';
import { readHeader } from './header.ts';
import { readMetadataLicence } from './metadata/metadata.ts';
import { coveredFolder, isLicenceFile, isPlainName, isSidecar, packageFolders } from './places.ts';
import { parseKnown, stated, unknown } from './statement.ts';

export interface OwnLicence {
  readonly expression: LicenceExpression;
  /** The file that states the licence; the file itself where nobody does. */
  readonly path: string;
  /** Who states it: of the file itself, or of its folder, because of the file nobody does. */
  readonly from: 'file' | 'folder' | 'nobody';
}

export interface OwnLicences {
  readonly of: (file: FileText) => OwnLicence | null;
  /** What `of` said of this path; null where it was not asked. */
  readonly known: (path: string) => OwnLicence | null;
}

type Statement = Omit<OwnLicence, 'from'>;

/**
 * `evidence` holds the repository's licence texts and metadata files, admitted or not; `isStated`
 * tells whether there is a licence of the whole work.
 */
export function ownLicences(evidence: readonly FileText[], isStated: boolean): OwnLicences {
  const folders = readFolders(evidence);
  const beside = readSidecars(evidence);
  const listed = readReuse(evidence);
  const known = new Map<string, OwnLicence | null>();
  const find = (file: FileText): OwnLicence | null => {
    const { path } = file;
    const header = readHeader(file);
    if (header !== null) return { expression: header, path, from: 'file' };
    const named = beside.get(path) ?? listed.findLast(({ covers }) => covers(path)) ?? null;
    if (named !== null) {
      return { expression: named.expression, path: named.path, from: 'file' };
    }
    const nearest = foldersOf(path).find((folder) => folders.has(folder));
    const found = nearest === undefined ? undefined : folders.get(nearest);
    if (found !== undefined) return { ...found, from: 'folder' };
    return isStated ? null : { expression: licence(unknown), path, from: 'nobody' };
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

interface Told {
  readonly texts: LicensedText[];
  readonly statements: LicenceExpression[];
}

/** What texts and metadata below the root say of their folders. */
function readFolders(evidence: readonly FileText[]): ReadonlyMap<string, Statement> {
  const told = new Map<string, Told>();
  const paths = new Map<string, string>();
  const packages = packageFolders(evidence.map(({ path }) => path));
  for (const file of evidence) {
    const { path } = file;
    const folder = coveredFolder(path, packages);
    if (folder === '' || isSidecar(path)) continue;
    const of = told.get(folder) ?? { texts: [], statements: [] };
    const isText = isLicenceFile(path);
    const expression = isText
      ? readText(file, isPlainName(path)).expression
      : readMetadataLicence(path, file.text);
    // Metadata of an unpublished package is often not understood; it then says nothing.
    if (expression === null || (!isText && identifiersOf(expression).includes(stated))) continue;
    if (isText) of.texts.push({ path, expression });
    else of.statements.push(expression);
    told.set(folder, of);
    if (!paths.has(folder)) paths.set(folder, path);
  }
  const joined = [...told].flatMap(([folder, { texts, statements }]) => {
    const expression = joinFolder(texts, statements);
    const path = paths.get(folder) ?? folder;
    return expression === null ? [] : [[folder, { path, expression }] as const];
  });
  return new Map(joined);
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
