/** A file of a repository as text, as gates and licence readers see it. */

/** A file whose bytes are valid UTF-8, as text; evidence of a licence may have been decoded. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}
