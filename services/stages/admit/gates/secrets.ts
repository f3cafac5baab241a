/**
 * `secrets`: replaces keys, tokens and passwords by numbered placeholders, or skips their file, or
 * drops their repository. redaction/secrets.ts defines what counts as a secret.
 */
import { z } from 'zod';
import { findSecrets } from '../../../redaction/secrets.ts';
import { defineGate } from '../gate.ts';

export const secrets = defineGate({
  name: 'secrets',
  summary: 'keys, tokens and passwords: replaced, or the file or repository refused',
  knobs: {
    secrets: z
      .enum(['redact', 'refuse-file', 'refuse-repository'])
      .default('redact')
      .describe(
        'What happens to a key, token or password: redact replaces it by a numbered placeholder, refuse-file skips the file, refuse-repository drops the repository. Redact by default: the code around a secret is usually fine.',
      ),
  },
  reasons: ['secret'],
  drops: ['SECRETS_REFUSED'],
  open: (knobs) => ({
    redact: ({ path, text }) => {
      const findings = findSecrets(path, text);
      if (findings.length === 0) return null;
      if (knobs.secrets === 'redact') return { findings };
      if (knobs.secrets === 'refuse-file') return 'secret';
      const detail = `${path} holds a secret; remove it or set admit.secrets to redact`;
      return { code: 'SECRETS_REFUSED', detail };
    },
  }),
});
