/** Whether two thoughts are the same rewrite. Pure. */

/** Normalises white space: texts that differ only in white space are the same rewrite. */
export function sameText(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
