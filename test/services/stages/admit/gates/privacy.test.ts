/** The gate `privacy`: which files lose their addresses. */
import { describe, expect, test } from 'vitest';
import { privacy } from '../../../../../services/stages/admit/gates/privacy.ts';

const { redact } = privacy.open({ privacy: 'redact' });
const text = 'Ann <ann.lee@mail-host.org> at 81.169.145.90\n';

describe('privacy', () => {
  test.each(['a.py', 'README.md', 'src/license.py'])('%s loses its addresses', async (path) => {
    expect(await redact?.({ path, text })).toEqual({
      findings: [
        { start: 5, end: 26, kind: 'email', rule: 'email' },
        { start: 31, end: 44, kind: 'address', rule: 'ipv4' },
      ],
    });
  });

  test.each(['LICENSE', 'lib/part/COPYING.txt', 'NOTICE', 'THIRD-PARTY-NOTICES.md'])(
    '%s keeps its addresses, because attribution is owed',
    async (path) => {
      expect(await redact?.({ path, text })).toBeNull();
    },
  );

  test('asks no questions if it is off', () => {
    expect(privacy.open({ privacy: 'off' })).toEqual({});
  });
});
