/**
 * `secrets`: keys, tokens and passwords become numbered placeholders, or keep out the file or the
 * repository that holds them. What counts as one: redaction/secrets.ts.
 */
import { z } from 'zod';
import { defineGate } from '../gate.ts';
import { findSecrets } from '../redaction/secrets.ts';

export const secrets = defineGate({
  name: 'secrets',
  summary: 'keys, tokens and passwords: replaced, or the file or repository refused',
  knobs: {
    secrets: z
      .enum(['redact', 'refuse-file', 'refuse-repository'])
      .default('redact')
      .describe(
        'What a key, token or password does: redact replaces it by a numbered placeholder, refuse-file skips the file, refuse-repository drops the repository. Redact by default: the code around a secret is usually fine.',
      ),
  },
  reasons: ['secret'],
  drops: ['SECRETS_REFUSED'],
  open: (knobs) => ({
    redact: async ({ path, text }) => {
      const findings = await findSecrets(path, text);
      if (findings.length === 0) return null;
      if (knobs.secrets === 'redact') return { findings };
      if (knobs.secrets === 'refuse-file') return 'secret';
      const detail = `${path} holds a secret; remove it or set admit.secrets to redact`;
      return { code: 'SECRETS_REFUSED', detail };
    },
  }),
});
