/**
 * The rules of a list of opt-outs: which repositories, and which files of them, leave a data set.
 * Pure. A rule is `OWNER/NAME`, `OWNER/*`, the name of a source without an owner, or one of these
 * followed by `:` and a pattern of paths; `*:PATTERN` is about the files of all repositories.
 */
import { PipelineError } from '../../runtime/errors.ts';
import { openGlob } from '../../runtime/glob.ts';
import { foldName, isHosted, type Named, namesOf, placeOf } from '../repository-names.ts';

export interface OptOutRule {
  /** As it is recorded: without scheme, in the case in which it was given. */
  readonly text: string;
  /** Whether it is about this repository, or about some files of it. */
  isAbout(named: Named): boolean;
  /** Null where the rule is about whole repositories. */
  readonly hasPath: ((path: string) => boolean) | null;
}

/** The rules of a list, one per line; CONFIG_INVALID names the line that is none. */
export function parseOptOutList(text: string, name: string): OptOutRule[] {
  return text.split(/\r\n?|\n/).flatMap((line, position) => {
    const rule = line.replace(/(?:^|\s)#.*$/, '').trim();
    return rule === '' ? [] : [parseOptOutRule(rule, `${name}, line ${position + 1}`)];
  });
}

export function parseOptOutRule(given: string, place: string): OptOutRule {
  const elsewhere = otherHost(given);
  const bare = elsewhere?.path ?? bareName(given);
  const colon = bare.indexOf(':');
  const path = (colon < 0 ? bare : bare.slice(0, colon)).replace(/(?:\.git)?\/*$/, '');
  const pattern = colon < 0 ? null : bare.slice(colon + 1).replace(/^\/+/, '');
  const repository = elsewhere === null ? path : `${elsewhere.host}/${path}`;
  const problem = problemOf(repository, pattern);
  if (problem !== null) {
    throw new PipelineError(
      'CONFIG_INVALID',
      `${place}: ${given} is no rule of an opt-out: ${problem}; write OWNER/NAME, OWNER/*, the name of a source, or one of these with :PATTERN`,
      { subject: place },
    );
  }
  // The colon of a port would pass for the one before a pattern.
  const scheme = elsewhere?.host.includes(':') === true ? 'https://' : '';
  const text = `${scheme}${repository}${pattern === null ? '' : `:${pattern}`}`;
  const isNamed = repositoryMatcher(repository);
  return { text, isAbout: isNamed, hasPath: pattern === null ? null : openGlob(pattern) };
}

/** Where an address of another host than GitHub leads; null for GitHub's, and for names. */
function otherHost(given: string): ReturnType<typeof placeOf> {
  const place = placeOf(given);
  return place?.host === 'github.com' ? null : place;
}

function bareName(given: string): string {
  return given
    .replace(/^(?:https?:\/\/|git@|ssh:\/\/git@)/i, '')
    .replace(/^github\.com[/:]/i, '')
    .replace(/^github:/i, '');
}

function problemOf(repository: string, pattern: string | null): string | null {
  if (repository === '') return 'it names no repository';
  if (/\s/.test(repository)) return 'a name has no blanks';
  if (pattern === '') return 'it has no pattern of paths behind the colon';
  // A slip of the pen must not empty a data set.
  if (pattern === null && /^[*/?]+$/.test(repository)) return 'it would match every repository';
  if (pattern !== null && /^[*/?]+$/.test(pattern) && /^[*/?]+$/.test(repository)) {
    return 'it would match every file of every repository';
  }
  return null;
}

/** A name without an owner means a source of one's own, never somebody's repository on a host. */
function repositoryMatcher(repository: string): OptOutRule['isAbout'] {
  if (/^[*/?]+$/.test(repository)) return () => true;
  const isWanted = openGlob(foldName(repository));
  const hasOwner = repository.includes('/');
  return (named) => {
    if (!hasOwner && isHosted(named)) return false;
    return namesOf(named).some((name) => isWanted(foldName(name)));
  };
}

export interface Candidate extends Named {
  /** Paths of files that are known of it. */
  readonly paths: Iterable<string>;
}

/**
 * The first rule that takes a repository out of a data set. One of its files is enough: what is
 * planned, read and thought elsewhere in its documents speaks of that file too.
 */
export function ruleFor(rules: readonly OptOutRule[], candidate: Candidate): OptOutRule | null {
  for (const rule of rules) {
    if (!rule.isAbout(candidate)) continue;
    const { hasPath } = rule;
    if (hasPath === null) return rule;
    for (const path of candidate.paths) if (hasPath(path)) return rule;
  }
  return null;
}
