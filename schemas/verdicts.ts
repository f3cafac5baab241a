/** What people may say of a step. Apart from the schema of marks, because the page is small. Pure. */

/** `leak`: the thought gives away what it should lead to; `other`: the note says what. */
export const verdicts = ['good', 'wrong', 'leak', 'other'] as const;
export type MarkVerdict = (typeof verdicts)[number];

export const noteCharactersMax = 4_000;
