/** A file of a repository as text, as gates and licence readers see it. */

/** A file's text: its bytes are valid UTF-8, except that licence evidence may be converted. */
export interface FileText {
  readonly path: string;
  readonly text: string;
}
