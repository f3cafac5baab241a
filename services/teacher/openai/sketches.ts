/**
 * Answers as they may be expected: in form, and in length. `estimate` answers with them, so that
 * the prompts that build on an answer are as long as in the run. Pure.
 */

/** 40 bytes, eight words: of any length a text of such words has about five bytes a word. */
const filler = 'what it has to do and how the parts fit ';

function wordsOf(bytes: number): string {
  return filler
    .repeat(Math.ceil(bytes / filler.length))
    .slice(0, Math.max(1, bytes))
    .trim();
}

/** The middle of the 150 to 500 words that are asked for, at six bytes a word. */
const proseBytes = 2_000;

export function sketchPlan(): { requirements: string; architecture: string } {
  return { requirements: wordsOf(proseBytes), architecture: wordsOf(proseBytes) };
}

/** One sentence. */
const purposeBytes = 90;

export function sketchPurposes(paths: readonly string[]): {
  purposes: { path: string; purpose: string }[];
} {
  return { purposes: paths.map((path) => ({ path, purpose: wordsOf(purposeBytes) })) };
}

/** A third of the file, within what the prompt asks for. */
export function sketchThought(code: string): { thought: string } {
  const bytes = Math.min(4_200, Math.max(480, Math.round(Buffer.byteLength(code) / 3)));
  return { thought: wordsOf(bytes) };
}
