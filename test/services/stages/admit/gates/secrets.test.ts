/** The gate `secrets`: the same finding under each of its three settings. */
import { describe, expect, test } from 'vitest';
import { secrets } from '../../../../../services/stages/admit/gates/secrets.ts';

/** Joined here, so that no scanner takes this file for a leak. */
const token = ['ghp', 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo'].join('_');
const leak = { path: 'a.py', text: `t = "${token}"\n` };
const clean = { path: 'a.py', text: 't = read_token()\n' };
const settings = ['redact', 'refuse-file', 'refuse-repository'] as const;

describe('secrets', () => {
  test.each(settings)('%s admits a file without one', async (setting) => {
    expect(await secrets.open({ secrets: setting }).redact?.(clean)).toBeNull();
  });

  test('redact says where it lies', async () => {
    expect(await secrets.open({ secrets: 'redact' }).redact?.(leak)).toEqual({
      findings: [{ start: 5, end: 5 + token.length, kind: 'secret', rule: expect.any(String) }],
    });
  });

  test('refuse-file skips the file, refuse-repository names it', async () => {
    expect(await secrets.open({ secrets: 'refuse-file' }).redact?.(leak)).toBe('secret');
    expect(await secrets.open({ secrets: 'refuse-repository' }).redact?.(leak)).toEqual({
      code: 'SECRETS_REFUSED',
      detail: expect.stringContaining('a.py holds a secret'),
    });
  });
});
