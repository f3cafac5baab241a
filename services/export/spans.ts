/**
 * Which characters of a document are trained, as spans. Spans cannot divide a character: one that
 * lies in several tokens counts as trained only if all of its bytes are. Pure.
 */

/** Characters [start, end) of a text, counted in Unicode code points as Python does. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
  readonly trained: boolean;
}

/** For each byte of the text, 1 if its token is trained, else 0. */
export function trainedBytes(ends: Uint32Array, mask: Uint8Array, bytes: number): Uint8Array {
  const trained = new Uint8Array(bytes);
  let start = 0;
  for (const [token, end] of ends.entries()) {
    if (mask[token] === 1) trained.fill(1, start, end);
    start = end;
  }
  return trained;
}

export interface TextRun {
  readonly trained: boolean;
  readonly characters: number;
  readonly content: string;
}

/** Turns runs into spans, each starting at the end of the one before. */
export function spansOf(runs: readonly TextRun[]): TextSpan[] {
  let position = 0;
  return runs.map(({ trained, characters }) => {
    const start = position;
    position += characters;
    return { start, end: position, trained };
  });
}

/** Runs of trained or untrained characters. A character is trained only if all its bytes are. */
export function textRuns(bytes: Buffer, trained: Uint8Array): TextRun[] {
  const runs: TextRun[] = [];
  let runStart = 0;
  let runTrained = false;
  let characters = 0;
  const close = (end: number) => {
    if (characters === 0) return;
    const content = bytes.toString('utf8', runStart, end);
    runs.push({ trained: runTrained, characters, content });
  };
  let start = 0;
  while (start < bytes.byteLength) {
    let end = start + 1;
    let whole = trained[start] === 1;
    // Bytes 10xxxxxx continue a character.
    while (end < bytes.byteLength && ((bytes[end] ?? 0) & 0xc0) === 0x80) {
      whole = whole && trained[end] === 1;
      end += 1;
    }
    if (whole !== runTrained) {
      close(start);
      runStart = start;
      runTrained = whole;
      characters = 0;
    }
    characters += 1;
    start = end;
  }
  close(bytes.byteLength);
  return runs;
}
