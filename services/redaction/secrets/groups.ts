/** Turns what a pattern's group matched into findings; the tables of patterns share it. */
import { type Finding, secret } from '../redaction.ts';

/** Returns the first group of every match that `accepts` takes; the pattern needs the flag `d`. */
export function groupsOf(
  text: string,
  pattern: RegExp,
  rule: string,
  accepts: (value: string) => boolean,
): Finding[] {
  return [...text.matchAll(pattern)].flatMap(({ indices }) => {
    const range = indices?.[1];
    return range !== undefined && accepts(text.slice(...range)) ? [secret(...range, rule)] : [];
  });
}
