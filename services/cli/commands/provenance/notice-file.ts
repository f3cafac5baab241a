/**
 * The notice file of a data set, in the form of THIRD-PARTY-NOTICES: who is owed what, and each
 * text once. It depends on the data alone, so equal data sets have equal files. Pure.
 */
import { printable } from '../../../dataset/printable.ts';
import { formatCount, plural } from '../../views/format.ts';
import type { Notices, RepositoryNotice } from './notices.ts';

const rule = '-'.repeat(78);

export interface NoticeHead {
  readonly dataset: string;
  /** SHA-256 of the last entry of the manifest: it names the state of the data set. */
  readonly head: string;
  readonly closed: boolean;
}

export function drawNotices(notices: Notices, head: NoticeHead): string {
  const { repositories, texts } = notices;
  const users = usersOf(repositories);
  const lines = [
    'THIRD-PARTY NOTICES',
    '',
    `Data set: ${printable(head.dataset)}`,
    `Manifest: ${head.head}${head.closed ? '' : ' (the data set still grows)'}`,
    '',
    `This data set holds text of ${plural(repositories.length, 'repository', 'repositories')}. Each stays under the licence of its`,
    'authors, which is stated below with their copyright lines. Addresses in files other than',
    'licences and notices were replaced by placeholders such as user-1@example.com.',
    ...missing(notices),
    ...repositories.flatMap((repository, position) => drawRepository(repository, position + 1)),
    '',
    rule,
    'TEXTS OF LICENCES AND NOTICES',
    'Copyright lines of licence texts stand at the repositories above.',
    ...texts.flatMap(({ text, kind }, position) => [
      '',
      rule,
      `Text ${position + 1}: ${kind} of ${drawUsers(users.get(position) ?? [])}`,
      '',
      printable(text),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function missing({ repositories, withoutText, incomplete }: Notices): string[] {
  const lines: string[] = [];
  if (withoutText.length > 0) {
    lines.push('', 'NO LICENCE TEXT CAME WITH:');
    const without = new Set(withoutText);
    for (const { name, licence } of repositories) {
      if (without.has(name)) lines.push(`  ${printable(name)} (${licence})`);
    }
  }
  if (incomplete > 0) {
    lines.push('', `NOT TOLD OF: ${plural(incomplete, 'sample')} that are not whole yet`);
  }
  return lines;
}

function drawRepository(repository: RepositoryNotice, number: number): string[] {
  const { name, origin, commit, licence, files, copyright, moreCopyright, texts } = repository;
  const more = moreCopyright === 0 ? [] : [`and ${formatCount(moreCopyright)} more lines`];
  return [
    '',
    rule,
    `${number}. ${printable(name)}`,
    '',
    `Source:   ${printable(origin)}`,
    `Version:  ${commit === null ? 'no commit known' : `commit ${commit}`}`,
    `Licence:  ${licence}`,
    `Files:    ${formatCount(files)}`,
    ...texts.map(({ path, text }) => `Text:     ${printable(path)}: text ${text + 1}`),
    ...(texts.length === 0 ? ['Text:     none came with it'] : []),
    ...(copyright.length === 0 ? [] : ['', ...copyright.map(printable), ...more]),
  ];
}

/** Repositories named at a text at most; their own entries name the text too. */
const usersMax = 10;

/** Names of the repositories that have a text, by its position. */
function usersOf(repositories: readonly RepositoryNotice[]): ReadonlyMap<number, string[]> {
  const users = new Map<number, string[]>();
  for (const { name, texts } of repositories) {
    for (const text of new Set(texts.map((each) => each.text))) {
      const names = users.get(text) ?? [];
      names.push(name);
      users.set(text, names);
    }
  }
  return users;
}

function drawUsers(names: readonly string[]): string {
  const more = names.length - usersMax;
  const shown = names.slice(0, usersMax).map(printable).join(', ');
  return shown + (more > 0 ? ` and ${formatCount(more)} more` : '');
}
