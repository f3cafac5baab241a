/** What states a licence by a name alone: a licence file may, where a comment would say more. */
import { expect, test } from 'vitest';
import { printExpression } from '../../../../../services/stages/admit/licence/expression.ts';
import { readStatement } from '../../../../../services/stages/admit/licence/header.ts';

test.each([
  ['MIT\n', 'MIT'],
  ['BSD-3-Clause', 'BSD-3-Clause'],
  ['Apache 2.0\n', 'Apache-2.0'],
  ['MPL-2.0\n', 'MPL-2.0'],
  ['CC0', 'CC0-1.0'],
  ['SPDX-License-Identifier: ISC', 'ISC'],
])('a licence file that holds only %j', (text, expected) => {
  const expression = readStatement(text);
  expect(expression === null ? null : printExpression(expression)).toBe(expected);
});
