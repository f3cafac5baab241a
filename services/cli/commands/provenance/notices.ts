/**
 * Collects what a data set owes to the authors of its repositories: licences, copyright lines, and
 * the texts of licences and notices, as they lie in the shards. Memory holds each text once.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import { writtenFiles } from '../../../../schemas/trajectory-text.ts';
import type { OpenOutput } from '../../../dataset/open-output.ts';
import type { ShardProgress } from '../../../dataset/read-shards.ts';
import { forEachSample, type Sample } from '../../../dataset/samples.ts';
import { sha256 } from '../../../runtime/ids.ts';
import { isAttributionFile } from '../../../stages/admit/licence/places.ts';

export interface NoticeText {
  readonly text: string;
  /** Licence texts have lost their copyright lines, which stand at each repository. */
  readonly kind: 'licence' | 'notice';
}

export interface RepositoryNotice {
  readonly repositoryId: string;
  readonly name: string;
  readonly origin: string;
  readonly commit: string | null;
  readonly licence: string;
  readonly files: number;
  /** Each line once, in the order in which they are met. */
  readonly copyright: readonly string[];
  /** Further lines that are not listed. */
  readonly moreCopyright: number;
  /** Files with a text, and the position of the text in the list of texts. */
  readonly texts: readonly { readonly path: string; readonly text: number }[];
}

export interface Notices {
  /** By name. */
  readonly repositories: readonly RepositoryNotice[];
  readonly texts: readonly NoticeText[];
  /** Repositories of which the data set holds no licence text. */
  readonly withoutText: readonly string[];
  /** Samples that are not whole yet, whose files are not told. */
  readonly incomplete: number;
}

/** Lines of one repository; large ones name hundreds of people in the heads of files. */
const copyrightMax = 500;
/** Only the head of a file is looked at: below it, the words are the program's own. */
const headLines = 40;
/** A longer line is no statement but data. */
const lineMax = 300;

interface Growing {
  readonly about: Omit<RepositoryNotice, 'files' | 'copyright' | 'moreCopyright' | 'texts'>;
  files: number;
  readonly copyright: Set<string>;
  moreCopyright: number;
  readonly texts: Map<string, number>;
}

export async function collectNotices(
  output: OpenOutput,
  onProgress: (progress: ShardProgress) => void = () => {},
): Promise<Notices> {
  const repositories = new Map<string, Growing>();
  const texts = createTexts();
  const incomplete = await forEachSample(
    output,
    (sample) => addSample(sample, growingOf(repositories, sample), texts),
    { onProgress },
  );
  const found = [...repositories.values()].map(finish);
  found.sort((a, b) => compareText(a.name, b.name) || compareText(a.repositoryId, b.repositoryId));
  const hasText = (each: RepositoryNotice) =>
    each.texts.some(({ text }) => texts.list[text]?.kind === 'licence');
  return {
    repositories: found,
    texts: texts.list,
    withoutText: found.filter((each) => !hasText(each)).map(({ name }) => name),
    incomplete: incomplete.length,
  };
}

function growingOf(repositories: Map<string, Growing>, { overview }: Sample): Growing {
  const { repositoryId, name, origin, commit, licence } = overview;
  const known = repositories.get(repositoryId);
  if (known !== undefined) return known;
  const made: Growing = {
    about: { repositoryId, name, origin, commit, licence },
    files: 0,
    copyright: new Set(),
    moreCopyright: 0,
    texts: new Map(),
  };
  repositories.set(repositoryId, made);
  return made;
}

function addSample(sample: Sample, repository: Growing, texts: Texts): void {
  for (const [path, text] of writtenFiles(sample.segments)) {
    repository.files += 1;
    const isNotice = isAttributionFile(path);
    const lines = text.split(/\r\n?|\n/);
    for (const line of isNotice ? lines : lines.slice(0, headLines)) {
      const stated = statedCopyright(line);
      if (stated !== null) addCopyright(repository, stated);
    }
    if (isNotice && text.trim() !== '') repository.texts.set(path, texts.add(path, lines));
  }
}

function addCopyright(repository: Growing, line: string): void {
  if (repository.copyright.size < copyrightMax) repository.copyright.add(line);
  else if (!repository.copyright.has(line)) repository.moreCopyright += 1;
}

function finish({ about, files, copyright, moreCopyright, texts }: Growing): RepositoryNotice {
  const sorted = [...texts].sort(([a], [b]) => compareText(a, b));
  return {
    ...{ ...about, files, moreCopyright },
    copyright: [...copyright],
    texts: sorted.map(([path, text]) => ({ path, text })),
  };
}

/** Signs of comments and markup before and behind a statement. */
const before = /^[\s#*/;!"'<>|%.\-–—_=(){}]+/u;
const behind = /(?:\s|\*\/|-->|["'#*|])+$/u;
const year = String.raw`(?:19|20)\d\d`;
const statement = new RegExp(
  [
    String.raw`^(?:spdx-filecopyrighttext:|(?:portions?\s+)?(?:copyright|copr\.)`,
    String.raw`\s*(?:\(c\)|©|:|by\b|${year}|[A-Z])|\(c\)\s*(?:copyright\b|${year})|©\s*\S)`,
  ].join(''),
  'iu',
);
/** Words of licences themselves, which speak of copyright and name nobody. */
const legal = new RegExp(
  [
    '^copyright (?:notices?|holders?|owners?|laws?|licen[cs]e|interest|and|or|statement|',
    String.raw`act|treat|infringement|protection|to\b|in\b|is\b|of\b|for\b|on\b)`,
    String.raw`|\[(?:yyyy|year)\]|<year>|\{yyyy\}|name of (?:copyright )?(?:owner|author)`,
  ].join(''),
  'i',
);

/** The line without signs of comments where it states who holds a copyright, else null. */
export function statedCopyright(line: string): string | null {
  if (line.length > lineMax) return null;
  // `(c)` itself begins with a sign.
  const bare = line.replace(/^[\s#*/;!"'<>|%.\-–—_={}]+/u, '').replace(behind, '');
  const text = /^\(c\)/i.test(bare) ? bare : bare.replace(before, '');
  return statement.test(text) && !legal.test(text) ? text : null;
}

interface Texts {
  readonly list: NoticeText[];
  /** Position of the text in the list. */
  add(path: string, lines: readonly string[]): number;
}

function createTexts(): Texts {
  const list: NoticeText[] = [];
  const known = new Map<string, number>();
  return {
    list,
    add: (path, lines) => {
      const kind = /(?:^|\/)notice[^/]*$/i.test(path) ? 'notice' : 'licence';
      const kept =
        kind === 'notice' ? lines : lines.filter((line) => statedCopyright(line) === null);
      const text = kept
        .join('\n')
        .replace(/\n{3,}/g, '\n\n')
        .trim();
      // Two texts that differ in line breaks and blanks are one.
      const key = sha256(`${kind} ${text.toLowerCase().replace(/\s+/g, ' ')}`);
      const position = known.get(key) ?? list.length;
      if (position === list.length) list.push({ text, kind });
      known.set(key, position);
      return position;
    },
  };
}
