/** Notices in files: what states a licence, in any language's comments, and what mentions one. */
import { describe, expect, test } from 'vitest';
import { printExpression } from '../../../../../services/stages/admit/licence/expression.ts';
import { readHeader } from '../../../../../services/stages/admit/licence/header.ts';
import { allowedLicences, isAllowed } from '../../../../../services/stages/admit/licence/policy.ts';
import { copyleft, mentions, type NoticeCase, permissive, stated } from './notice-cases.ts';

const allowed = allowedLicences('permissive');

function read(path: string, text: string): string | null {
  const expression = readHeader({ path, text });
  return expression === null ? null : printExpression(expression);
}

describe.each<readonly [kind: string, cases: readonly NoticeCase[], isPermissive: boolean]>([
  ['a notice of copyleft', copyleft, false],
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
  test.each(mentions)('%s %j', (path, text) => {
    expect(read(path, text)).toBeNull();
  });
});

test('a hostile comment is read in time that grows with its length', () => {
  const signs = `// ${'- '.repeat(4_000)}x\n`.repeat(50);
  const words = `/*\n${'this file is licensed under this '.repeat(5_000)}\n*/\n`;
  for (const text of [`license\n${signs}`, words]) expect(() => read('a.c', text)).not.toThrow();
});
