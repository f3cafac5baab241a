/** Whose metrics they are, where a test needs metrics of no stage in particular. */
export const nothingWatched = { dataset: 'default', stages: [] } as const;
