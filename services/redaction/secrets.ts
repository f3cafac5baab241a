/**
 * Finds all secrets of a text with every table. A table finds one kind of evidence; a new table
 * needs a file in secrets/ and a line here. A table returns the exact range of the secret's value,
 * to its last character, and nothing around it.
 */
import { type Finding, separate } from './redaction.ts';
import { findAssignments } from './secrets/assignments.ts';
import { findBlocks } from './secrets/blocks.ts';
import { findCredentials } from './secrets/credentials.ts';
import { findInPieces } from './secrets/pieces.ts';
import { findReversed } from './secrets/reversed.ts';
import { findShapes } from './secrets/shapes.ts';

/** Finds secrets in a text; ranges are offsets into the text. */
type SecretTable = (path: string, text: string) => readonly Finding[];

/** Keys in blocks have lines and quotes of their own, so they are not read in pieces. */
const tables: readonly SecretTable[] = [findShapes, findAssignments, findReversed, findCredentials];

/** Returns all secrets of the text, in text order and without overlap. */
export function findSecrets(path: string, text: string): readonly Finding[] {
  const found = [findBlocks, ...tables].flatMap((find) => find(path, text));
  return separate([...found, ...findInPieces(path, text, tables)]);
}
