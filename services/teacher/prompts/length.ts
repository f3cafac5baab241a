/**
 * How long a thought should be, and may be, for a file of some size. The prompt asks for the first,
 * the check holds to the second, so that the two never contradict each other.
 */
/** A thought is about a third of its file: fewer words would leave out what decides its code. */
const bytesOfCodePerWord = 18;
const wantedMin = 20;
const wantedMax = 600;
/** The search lets a thought grow, and a small file may need more words than it has. */
const bytesAlways = 1_536;
const growth = 1.5;
/** Simulate cuts at as much. */
const bytesMax = 8_192;

/** Words asked for. */
export function wordsWanted(codeBytes: number): number {
  const words = Math.round(codeBytes / bytesOfCodePerWord);
  const wanted = Math.min(wantedMax, Math.max(wantedMin, words));
  return wanted < 100 ? wanted : Math.round(wanted / 10) * 10;
}

/** Bytes allowed. */
export function thoughtBytesMax(codeBytes: number): number {
  return Math.min(bytesMax, Math.max(bytesAlways, Math.round(codeBytes * growth)));
}
