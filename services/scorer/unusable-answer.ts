/** An answer of a scorer's server that gives no bits. */
export class UnusableAnswer extends Error {
  /** The code that the server gave, if it gave one. */
  readonly code: string | null;

  /** Whether the server refused the request, rather than answered it badly. */
  readonly isRefusal: boolean;

  constructor(message: string, code: string | null = null, isRefusal = false) {
    super(message);
    this.code = code;
    this.isRefusal = isRefusal;
  }
}
