/** Module paths of Rust: names between `::`; the empty path is the root. Pure. */

/** Joins the parts that are not empty. */
export function joined(...parts: string[]): string {
  return parts.filter((part) => part !== '').join('::');
}
