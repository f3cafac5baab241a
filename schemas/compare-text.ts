/**
 * Order of texts by code unit: the same on every machine and in every locale, unlike
 * `localeCompare`. Lists are sorted by it before they are written, so that the same input gives the
 * same bytes (I6).
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
