/**
 * Which bytes are text that may be learned from: valid UTF-8 (never transcoded, a byte order mark
 * stays), no control characters, lines of bounded length. A null reason admits the file.
 */
import { rowOfPath } from '../../../schemas/languages/languages.ts';

export interface LineLimits {
  readonly lineCharactersMax: number;
  readonly lineCharactersMeanMax: number;
}

/** `ignoreBOM` keeps the mark in the text, so that decoding and encoding gives the same bytes. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Share of control characters above which UTF-8 is not text; form feed and escape are in use. */
const controlShareMax = 0.01;

/** The text, or null where the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    // The decoder throws exactly when the bytes are invalid.
    return null;
  }
}

export function isBinaryText(text: string): boolean {
  let controls = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0) return true;
    // Tab, line feed, form feed, carriage return and escape belong to text.
    if (code < 0x20 && !(code >= 9 && code <= 13) && code !== 0x1b) controls += 1;
  }
  return controls > text.length * controlShareMax;
}

/** Git LFS replaces a large file by about 130 bytes that name it. */
export function isLfsPointer(text: string): boolean {
  return text.length < 1_024 && /^version https:\/\/git-lfs\.github\.com\/spec\/v1\r?\n/.test(text);
}

export interface LineLengths {
  readonly max: number;
  readonly mean: number;
}

export function measureLines(text: string): LineLengths {
  let max = 0;
  let lines = 0;
  for (let start = 0; start < text.length; lines++) {
    const end = text.indexOf('\n', start);
    const stop = end === -1 ? text.length : end;
    if (stop - start > max) max = stop - start;
    start = stop + 1;
  }
  return { max, mean: lines === 0 ? 0 : text.length / lines };
}

/** Whether long lines mean packed data; prose, markup and tables have genuine ones. */
export function isShortLined(path: string): boolean {
  return rowOfPath(path)?.isShortLined === true;
}

export function lineReason(path: string, lines: LineLengths, limits: LineLimits): string | null {
  if (lines.max > limits.lineCharactersMax) return 'long-line';
  if (isShortLined(path) && lines.mean > limits.lineCharactersMeanMax) return 'long-mean-line';
  return null;
}
