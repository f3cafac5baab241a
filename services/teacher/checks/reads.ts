/** A sub-agent has read what it has read: it cannot report from a file that it was not shown. */
import { type Check, quoteShort, sentencesOf } from './check.ts';
import { filesNamed } from './mentions.ts';

const told = "I(?:’ve|'ve| have)? (?:read|opened|looked (?:at|into)|checked|saw|studied)";
const seen = 'I see (?:in|from)|as (?:seen|shown|found) in';
const done = 'having read|after reading|from reading|looking (?:at|into)';
const reading = new RegExp(`\\b(?:${told}|${seen}|${done})\\b`, 'i');

export const reads: Check = (answer, { file }) => {
  if (file === null) return null;
  const known = file.reads.map(({ path }) => path);
  for (const sentence of sentencesOf(answer)) {
    const at = reading.exec(sentence);
    if (at === null) continue;
    const unread = filesNamed(sentence.slice(at.index)).find((name) => !known.some(isNamed(name)));
    if (unread !== undefined) {
      return `${quoteShort(sentence)} reports from ${quoteShort(unread)}, which was not read`;
    }
  }
  return null;
};

/** Whether a path is meant by a name: the whole path, its end, or its last part. */
function isNamed(name: string): (path: string) => boolean {
  return (path) => path === name || path.endsWith(`/${name}`);
}
