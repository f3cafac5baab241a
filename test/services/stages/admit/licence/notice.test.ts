/** Notices in files: what states a licence, in any language's comments, and what mentions one. */
import { describe, expect, test } from 'vitest';
import { printExpression } from '../../../../../services/stages/admit/licence/expression.ts';
import { readHeader } from '../../../../../services/stages/admit/licence/header.ts';
import { grants } from '../../../../../services/stages/admit/licence/notice/grants.ts';
import { reservations } from '../../../../../services/stages/admit/licence/notice/reservations.ts';
import { allowedLicences, isAllowed } from '../../../../../services/stages/admit/licence/policy.ts';
import { foreign, foreignMentions } from './foreign-cases.ts';
import { copyleft, mentions, type NoticeCase, permissive, stated } from './notice-cases.ts';

const allowed = allowedLicences('permissive');

function read(path: string, text: string): string | null {
  const expression = readHeader({ path, text });
  return expression === null ? null : printExpression(expression);
}

describe.each<readonly [kind: string, cases: readonly NoticeCase[], isPermissive: boolean]>([
  ['a notice of copyleft', copyleft, false],
  ['a notice of copyleft in another language', foreign, false],
  ['a reservation of rights', stated, false],
  ['a permissive notice', permissive, true],
])('%s is read from its file', (_kind, cases, isPermissive) => {
  test.each(cases)('%s %j', (path, text, expression) => {
    const found = read(path, text);
    expect(found).toBe(expression);
    expect(isAllowed(found ?? '', allowed)).toBe(isPermissive);
  });
});

describe('a mention of a licence states nothing', () => {
  test.each([...mentions, ...foreignMentions])('%s %j', (path, text) => {
    expect(read(path, text)).toBeNull();
  });
});

/** One of each pattern at least, with none of the words of others. */
const sentences = [
  'Unauthorized use of this file is illegal.',
  'Any use, modification or disclosure is strictly forbidden.',
  'Proprietary and confidential.',
  'Company confidential.',
  'It contains trade secrets of ACME.',
  'An unpublished work of ACME.',
  'It holds the trade secrets of ACME.',
  'All rights reserved. No part of it may leave.',
  'This file may not be copied or used without the prior written consent of ACME Inc.',
  'This file may not be used without written authorization from ACME.',
  'For academic use only.',
  'Free for personal use.',
  'Closed source software.',
  'Under the terms of MPL 2.0.',
  'Subject to the conditions of Apache 2.0.',
  'This file is covered by Apache 2.0.',
  'This code is published under Apache 2.0.',
  'Released under MIT.',
  'Available under the Apache 2.0.',
  'It is dual-licensed under MIT and Apache 2.0.',
  'Same terms as Perl itself.',
  'This file is under the GPL.',
  'Unter den Bestimmungen der GPL.',
  'Die Datei steht unter der GPL.',
  'Sie wird unter der GPL verbreitet.',
  'Selon les clauses de la GPL.',
  'Sous licence GPL.',
  'Según los términos de la GPL.',
  'Bajo la licencia GPL.',
  'Secondo i termini della GPL.',
  'Con licenza GPL.',
  'Sob os termos da GPL.',
  'Sob a licença GPL.',
  'Onder de voorwaarden van de GPL.',
  'Na warunkach GPL.',
  'На условиях GPL.',
  'このファイルは GPL ライセンスです。',
  '本文件按照 GPL 许可证发布。',
];

describe('a sentence of a notice is read, whatever else stands in the file', () => {
  test.each(sentences)('%s', (sentence) => {
    expect(read('a.c', `// ${sentence}\nint a;\n`)).not.toBeNull();
  });

  test.each([...reservations, ...grants].map((pattern) => [pattern] as const))('%s', (pattern) => {
    expect(sentences.some((sentence) => sentence.search(pattern) !== -1)).toBe(true);
  });

  test.each([
    'The camera is not opened without explicit permission from the user.',
    'A 403 is sent: it is forbidden without explicit permission from the owner.',
    'Files are written without explicit consent of the user.',
    'Cookies are set with the consent of the user.',
  ])('%s is about the program', (sentence) => {
    expect(read('a.c', `// ${sentence}\nint a;\n`)).toBeNull();
  });
});

test('a hostile comment is read in time that grows with its length', () => {
  const signs = `// ${'- '.repeat(4_000)}x\n`.repeat(50);
  const words = `/*\n${'this file is licensed under this '.repeat(5_000)}\n*/\n`;
  for (const text of [`license\n${signs}`, words]) expect(() => read('a.c', text)).not.toThrow();
});
