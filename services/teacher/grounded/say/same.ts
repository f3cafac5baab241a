/** What is true of several definitions is said once, of all of them. Pure. */
import { joinWords } from '../wording.ts';

/** Predicates that can be said of several, by how they begin. */
const plurals: readonly (readonly [singular: RegExp, plural: string])[] = [
  [/^takes /, 'take '],
  [/^expects /, 'expect '],
  [/^is given /, 'are given '],
  [/^is marked /, 'are marked '],
  [/^yields its results /, 'yield their results '],
  [/^gives back /, 'give back '],
  [/^catches /, 'catch '],
  [/^raises /, 'raise '],
  [/^returns /, 'return '],
];

interface Said {
  readonly kind: string;
  readonly subject: string;
  readonly predicate: string;
}

/** More subjects would hide what is said of them. */
const subjectsMax = 6;

/** Notes of one kind with one predicate become one note, at the place of the first. */
export function joinSame<Note extends Said>(notes: readonly Note[]): Note[] {
  const groups = Map.groupBy(notes, ({ kind, subject, predicate }) =>
    subject.startsWith('`') && pluralOf(predicate) !== null ? `${kind} ${predicate}` : subject,
  );
  return notes.flatMap((note) => {
    const plural = note.subject.startsWith('`') ? pluralOf(note.predicate) : null;
    const group = plural === null ? undefined : groups.get(`${note.kind} ${note.predicate}`);
    if (plural === null || group === undefined || group.length < 2) return [note];
    if (group[0] !== note) return [];
    const subject = joinWords(
      group.map((each) => each.subject),
      subjectsMax,
    );
    return [{ ...note, subject, predicate: plural }];
  });
}

/** Null for a predicate of several parts, of which the later ones would stay in the singular. */
function pluralOf(predicate: string): string | null {
  if (/\b(?:and|;)\s+[a-z]+s\b|;/.test(predicate)) return null;
  const found = plurals.find(([singular]) => singular.test(predicate));
  return found === undefined ? null : predicate.replace(found[0], found[1]);
}
