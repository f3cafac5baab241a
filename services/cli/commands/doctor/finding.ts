/** The result of a check; `problem` is null if all is well. */
export interface Finding {
  readonly name: string;
  readonly detail: string;
  readonly problem: string | null;
}

/** Several problems of one check as one. */
export function joined(problems: readonly (string | null)[]): string | null {
  const found = problems.filter((problem) => problem !== null);
  return found.length === 0 ? null : found.join('; ');
}

export function lacking(what: string, names: readonly string[], dataset: string): string | null {
  const [first] = names;
  if (first === undefined) return null;
  const others = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${what} ${first}${others} missing: run \`backstory topics apply --dataset ${dataset}\``;
}
