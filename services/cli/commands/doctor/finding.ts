/** The result of a check; `problem` is null if all is well. */
export interface Finding {
  readonly name: string;
  readonly detail: string;
  readonly problem: string | null;
}
