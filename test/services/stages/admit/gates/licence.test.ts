/** The gate `licence`: applies a policy to a file's header and to a whole repository. */
import { describe, expect, test } from 'vitest';
import { gateFile, openGates } from '../../../../../services/stages/admit/ask-gates.ts';
import { licence } from '../../../../../services/stages/admit/gates/licence.ts';

const permissive = licence.open({ licences: 'permissive' });
const gates = openGates([licence], { licences: 'permissive' as const });

describe('licence', () => {
  test.each([
    ['no header', 'int a;\n', null],
    ['an allowed header', '// SPDX-License-Identifier: MIT\n', null],
    [
      'a choice that includes an allowed licence',
      '# SPDX-License-Identifier: MIT OR GPL-2.0\n',
      null,
    ],
    ['a refused header', '// SPDX-License-Identifier: GPL-3.0-only\n', 'licence'],
    [
      'two licences of which one is refused',
      '# SPDX-License-Identifier: MIT AND GPL-2.0\n',
      'licence',
    ],
  ])('a file with %s', (_name, text, reason) => {
    const answer = gateFile({ path: 'a.c', bytes: Buffer.from(text) }, gates);
    expect('reason' in answer ? answer.reason : null).toBe(reason);
  });

  test.each([
    ['MIT', null],
    ['MIT AND GPL-3.0-only', 'LICENCE_REFUSED'],
    ['unknown', 'LICENCE_REFUSED'],
  ])('a repository under %s', (expression, code) => {
    const view = { name: 'r', origin: 'r.tgz', licence: { expression, evidence: [] } };
    const refusal = permissive.repository?.({ ...view, files: [], skipped: [] });
    expect(refusal?.code ?? null).toBe(code);
    if (code !== null) expect(refusal?.detail).toContain(`${expression}, which admit.licences`);
  });

  test('asks no questions if licences are only recorded', () => {
    expect(licence.open({ licences: 'record' })).toEqual({});
  });
});
