/** Adds up what gates pointed out in admitted files and left in place. Pure. */
import { compareText } from '../../../schemas/compare-text.ts';
import type { AdmittedFile } from '../../../schemas/generated/types.ts';

export interface Marks {
  /** How often, by gate and kind, in the order of their names. */
  readonly marked: Readonly<Record<string, number>>;
  readonly markedFiles: number;
}

export function openMarks() {
  const counts = new Map<string, number>();
  let markedFiles = 0;
  return {
    add: ({ marked }: Pick<AdmittedFile, 'marked'>) => {
      const kinds = Object.entries(marked);
      if (kinds.length > 0) markedFiles += 1;
      for (const [kind, count] of kinds) counts.set(kind, (counts.get(kind) ?? 0) + count);
    },
    facts: (): Marks => {
      const marked = Object.fromEntries([...counts].sort(([a], [b]) => compareText(a, b)));
      return { marked, markedFiles };
    },
  };
}
