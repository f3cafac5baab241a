/**
 * `licence`: skips a file whose own licence the policy does not allow, and drops a repository whose
 * licence the policy does not allow.
 */
import { z } from 'zod';
import { defineGate } from '../gate.ts';
import { printExpression } from '../licence/expression.ts';
import { allowedLicences, isAllowed } from '../licence/policy.ts';

export const licence = defineGate({
  name: 'licence',
  summary: 'files, by their own notice, and repositories whose licence the policy refuses',
  knobs: {
    licences: z
      .union([z.enum(['record', 'permissive']), z.array(z.string().min(1)).min(1)])
      .default('record')
      .describe(
        'Which licences a repository may have: record admits any and writes what was found into every sample, so that your own unlicensed folder works; permissive admits only permissive ones and drops the rest (use it for other people’s code); a list of SPDX identifiers admits exactly those.',
      )
      .meta({ example: '[MIT,Apache-2.0]' }),
  },
  reasons: ['licence'],
  drops: ['LICENCE_REFUSED'],
  open: ({ licences }) => {
    const allowed = allowedLicences(licences);
    if (allowed === null) return {};
    const policy = typeof licences === 'string' ? licences : licences.join(', ');
    return {
      licensed: ({ expression }) =>
        isAllowed(printExpression(expression), allowed) ? null : 'licence',
      repository: ({ licence: { expression } }) => {
        if (isAllowed(expression, allowed)) return null;
        const detail = `its licence is ${expression}, which admit.licences (${policy}) does not allow`;
        return { code: 'LICENCE_REFUSED', detail };
      },
    };
  },
});
