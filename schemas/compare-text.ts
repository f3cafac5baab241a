/**
 * Orders texts by code unit. Unlike `localeCompare`, it gives the same order on every machine and
 * in every locale. Lists are sorted with it before they are written, so that the same input gives
 * the same bytes (I6).
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
