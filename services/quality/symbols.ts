/**
 * Whether thoughts speak of the code: the share of the names in them that the repository has, and
 * the share of a file's own definitions that its thought names before they are written. Counted
 * document by document. Pure.
 */
import { symbolsNamed } from '../teacher/checks/mentions.ts';
import { wordsOf } from '../teacher/words.ts';
import { topLevelNames } from './definitions.ts';

export interface Share {
  readonly of: number;
  readonly found: number;
  readonly share: number;
}

export interface Symbols {
  /** Names in thoughts, and those among them that some file of the document holds. */
  readonly existing: Share;
  /** Definitions of files with a thought, and those among them that the thought names. */
  readonly announced: Share;
  /** Some names that no file holds, of the first documents that have such. */
  readonly unknown: readonly string[];
}

export interface ThoughtFile {
  readonly path: string;
  /** One, or of a long file one for each part. */
  readonly writes: readonly Written[];
}

export interface Written {
  /** Those before it; none where it was written without. */
  readonly thoughts: readonly string[];
  readonly code: string;
}

export interface SymbolMeasure {
  /** `observed`: text of files that an earlier episode wrote. */
  addDocument(files: readonly ThoughtFile[], observed: readonly string[]): void;
  report(): Symbols;
}

const unknownShown = 20;
const unknownLettersMax = 60;

export function createSymbols(): SymbolMeasure {
  const existing = { of: 0, found: 0 };
  const announced = { of: 0, found: 0 };
  const unknown = new Set<string>();
  return {
    addDocument: (files, observed) => {
      const known = new Set<string>();
      const learn = (text: string) => {
        for (const word of wordsOf(text)) known.add(word);
      };
      for (const { path, writes } of files) {
        learn(path);
        for (const { code } of writes) learn(code);
      }
      for (const text of observed) learn(text);
      for (const { path, writes } of files) {
        // Whatever is thought before a part was thought before the later ones too.
        const said = new Set<string>();
        for (const { thoughts, code } of writes) {
          if (thoughts.length === 0) continue;
          const thought = thoughts.join('\n');
          for (const name of symbolsNamed(thought)) {
            existing.of += 1;
            if (known.has(name.toLowerCase())) existing.found += 1;
            else if (unknown.size < unknownShown) unknown.add(name.slice(0, unknownLettersMax));
          }
          for (const word of wordsOf(thought)) said.add(word);
          const defined = topLevelNames(path, code);
          announced.of += defined.length;
          announced.found += defined.filter((name) => said.has(name.toLowerCase())).length;
        }
      }
    },
    report: () => ({
      existing: shareOf(existing),
      announced: shareOf(announced),
      unknown: [...unknown],
    }),
  };
}

export function shareOf({ of, found }: { of: number; found: number }): Share {
  return { of, found, share: of === 0 ? 0 : found / of };
}
