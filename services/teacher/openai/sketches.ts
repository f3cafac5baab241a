/**
 * Answers as they may be expected: in form, and in the length that the prompts ask for. `estimate`
 * answers with them, so that prompts that build on an answer are as long as in the run. Pure.
 */
import { wordsWanted } from '../prompts/length.ts';

/** 40 bytes, ten words, the shape of plain prose without its content. */
const filler = 'what it has to do and how the parts fit ';

/** Of English prose about code, with the space after the word. */
const bytesPerWord = 6;

/** Another `variant` is another text, as different rewrites are. */
function wordsOf(words: number, variant = 0): string {
  const bytes = Math.max(1, Math.round(words * bytesPerWord));
  const text = `${variant === 0 ? '' : `${variant} `}${filler.repeat(Math.ceil(bytes / filler.length))}`;
  return text.slice(0, bytes).trim();
}

/** Some 80 words for a handful of files, 500 at most. */
export function sketchPlan(files: number): { requirements: string; architecture: string } {
  const words = Math.min(500, 80 + 4 * Math.max(0, files - 5));
  return { requirements: wordsOf(words), architecture: wordsOf(words) };
}

/** "two or three plain sentences, 25 to 60 words" */
const modulePurposeWords = 42;

export function sketchModules(names: readonly string[]): {
  modules: { module: string; purpose: string }[];
} {
  return { modules: names.map((module) => ({ module, purpose: wordsOf(modulePurposeWords) })) };
}

/** One sentence of 8 to 40 words. */
const purposeWords = 18;

export function sketchPurposes(paths: readonly string[]): {
  purposes: { path: string; purpose: string }[];
} {
  return { purposes: paths.map((path) => ({ path, purpose: wordsOf(purposeWords) })) };
}

/** Of the first thought, or of the rewrite with this number, from 1. */
export function sketchThought(code: string, rewrite = 0): { thought: string } {
  return { thought: wordsOf(wordsWanted(Buffer.byteLength(code)), rewrite) };
}
