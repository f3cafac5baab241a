/** What a thread keeps of what it learned; the pool knows it without the model. */

/** Contexts whose state is kept, 5 MB each: as many as files are searched at once by default. */
export const contextsKept = 4;
