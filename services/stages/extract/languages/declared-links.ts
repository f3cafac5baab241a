/** Gathers the links of one file, one for each target, with all names that lead to it. Pure. */
import type { Binding } from '../facts/facts.ts';
import { softness } from '../facts/facts.ts';
import type { Link } from './language.ts';

export interface LinkCollector {
  add(
    files: readonly string[],
    names: readonly string[],
    kind: Link['kind'],
    confidence: number,
  ): void;
  links(): Link[];
}

/** Of a name that several files declare: the use may mean any of them. */
const alternativeConfidence = 0.8;

export function collectLinks(from: string): LinkCollector {
  const byTarget = new Map<
    string,
    { kind: Link['kind']; confidence: number; names: Set<string> }
  >();
  return {
    add(files, names, kind, confidence) {
      const weight = files.length > 1 ? Math.min(confidence, alternativeConfidence) : confidence;
      for (const to of files) {
        if (to === from) continue;
        const known = byTarget.get(to);
        if (known === undefined) {
          byTarget.set(to, { kind, confidence: weight, names: new Set(names) });
          continue;
        }
        for (const name of names) known.names.add(name);
        known.confidence = Math.max(known.confidence, weight);
        if (kind === 'import') known.kind = kind;
      }
    },
    links: () =>
      [...byTarget].map(([to, { kind, confidence, names }]) => {
        const bindings = [...names].map((name): Binding => ({ name, local: name }));
        return { to, kind, bindings, star: false, softness: softness.hard, confidence };
      }),
  };
}
