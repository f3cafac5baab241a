/** What a check found: `problem` null means that all is well. */
export interface Finding {
  readonly name: string;
  readonly detail: string;
  readonly problem: string | null;
}
