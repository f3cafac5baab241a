/** The gate `secrets`: the answer to the same secret under each of the three settings. */
import { describe, expect, test } from 'vitest';
import { secrets } from '../../../../../services/stages/admit/gates/secrets.ts';

/** The token is joined at run time, so that no scanner takes this file for a leak. */
const token = ['ghp', 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo'].join('_');
const leak = { path: 'a.py', text: `t = "${token}"\n` };
const clean = { path: 'a.py', text: 't = read_token()\n' };
const settings = ['redact', 'refuse-file', 'refuse-repository'] as const;

describe('secrets', () => {
  test.each(settings)('%s admits a file without a secret', async (setting) => {
    expect(await secrets.open({ secrets: setting }).redact?.(clean)).toBeNull();
  });

  test('redact returns the position of the secret', async () => {
    expect(await secrets.open({ secrets: 'redact' }).redact?.(leak)).toEqual({
      findings: [{ start: 5, end: 5 + token.length, kind: 'secret', rule: expect.any(String) }],
    });
  });

  test('refuse-file skips the file, refuse-repository drops it all and names the file', async () => {
    expect(await secrets.open({ secrets: 'refuse-file' }).redact?.(leak)).toBe('secret');
    expect(await secrets.open({ secrets: 'refuse-repository' }).redact?.(leak)).toEqual({
      code: 'SECRETS_REFUSED',
      detail: expect.stringContaining('a.py holds a secret'),
    });
  });
});
