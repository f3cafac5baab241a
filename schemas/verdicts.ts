/** What people may say of a step; apart from the schema, which is too large for the page. Pure. */

/** `leak`: the thought gives away what it should lead to; `other`: the note says what. */
export const verdicts = ['good', 'wrong', 'leak', 'other'] as const;
export type MarkVerdict = (typeof verdicts)[number];

export const noteCharactersMax = 4_000;
