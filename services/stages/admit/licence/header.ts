/** Reads the licence that a file states at its head for itself alone. */
import { type LicenceExpression, licence, parseExpression } from './expression.ts';

/** Characters of a file that may hold its SPDX header. */
const headerCharacters = 2_048;

/** Only comments count, because code that handles such headers holds them in strings. */
const commentStart = String.raw`^\s*(?:[#/*;%!.]|--|<!--|\(\*|REM|"""|dnl)[^\n"'\x60]{0,20}?`;
const spdxHeader = new RegExp(
  String.raw`${commentStart}SPDX-License-Identifier:[ \t]*([\w.+ ()-]{2,200})`,
  'm',
);

/** The expression of a file's SPDX header or Apache notice; null if it has neither. */
export function readHeader(text: string): LicenceExpression | null {
  const head = text.slice(0, headerCharacters);
  if (!head.includes('SPDX-License-Identifier')) return readApacheNotice(head);
  const stated = spdxHeader.exec(head)?.[1];
  return stated === undefined ? null : parseExpression(stated.replace(/[\s-]+$/, ''));
}

/**
 * The notice that the Apache licence requires at the head of every file. In many source archives
 * it is the only statement of a licence. Its words may span several comment lines.
 */
function readApacheNotice(head: string): LicenceExpression | null {
  if (!head.includes('Apache License')) return null;
  const comment = head
    .split('\n')
    .filter((line) => /^\s*(?:[#/*;%]|--|<!--|REM\b)/.test(line))
    .map((line) => line.replace(/^\s*(?:[#/*;%!-]+|<!--|REM\b)\s*/, ''))
    .join(' ');
  return /under the Apache License,? Version 2\.0/i.test(comment) ? licence('Apache-2.0') : null;
}
