/** Turns what a pattern's group matched into findings; the tables of patterns share it. */
import { type Finding, secret } from '../redaction.ts';

/** Returns the first group of every match that `accepts` takes; matches need the flag `d`. */
export function firstGroups(
  text: string,
  matches: Iterable<RegExpExecArray>,
  rule: string,
  accepts: (value: string) => boolean,
): Finding[] {
  return [...matches].flatMap(({ indices }) => {
    const range = indices?.[1];
    return range !== undefined && accepts(text.slice(...range)) ? [secret(...range, rule)] : [];
  });
}

/** The same of every match of a global pattern in the text. */
export function groupsOf(
  text: string,
  pattern: RegExp,
  rule: string,
  accepts: (value: string) => boolean,
): Finding[] {
  return firstGroups(text, text.matchAll(pattern), rule, accepts);
}
