/** The host's answer about a licence as evidence: files win, and a contradiction passes nothing. */
import { describe, expect, test } from 'vitest';
import type { HostedRepository } from '../../../../../schemas/generated/types.ts';
import { admitArchive } from '../../../../../services/stages/admit/admit-archive.ts';
import { admitKnobs } from '../../../../../services/stages/admit/config.ts';
import { withHost } from '../../../../../services/stages/admit/licence/host.ts';
import { tgz } from '../hostile-archives.ts';

function hosted(licence: string | null): HostedRepository {
  return { host: 'github.com', id: '1', name: 'ann/tool', licence, fork: false };
}

function weighed(expression: string, answer: string | null) {
  const evidence = [{ path: 'LICENSE', identifier: expression, score: 1 }];
  const found = withHost({ expression, evidence }, hosted(answer));
  const byHost = found.evidence.filter(({ path }) => path === 'https://github.com/ann/tool');
  return [found.expression, byHost.map(({ identifier }) => identifier)];
}

describe('the answer of the host', () => {
  test.each([
    ['is all there is where files state nothing', 'unknown', 'MIT', 'MIT', ['MIT']],
    ['agrees', 'MIT', 'MIT', 'MIT', ['MIT']],
    ['is written in another case', 'MIT', 'mit', 'MIT', ['MIT']],
    [
      'names one of several',
      'MIT OR Apache-2.0',
      'Apache-2.0',
      'MIT OR Apache-2.0',
      ['Apache-2.0'],
    ],
    ['knows no `-or-later`', 'GPL-3.0-or-later', 'GPL-3.0', 'GPL-3.0-or-later', ['GPL-3.0-only']],
    ['contradicts', 'MIT', 'GPL-3.0', 'MIT AND GPL-3.0-only', ['GPL-3.0-only']],
    [
      'names another version',
      'GPL-2.0-only',
      'GPL-3.0',
      'GPL-2.0-only AND GPL-3.0-only',
      ['GPL-3.0-only'],
    ],
    [
      'joins a choice',
      'MIT OR ISC',
      'AGPL-3.0',
      '(MIT OR ISC) AND AGPL-3.0-only',
      ['AGPL-3.0-only'],
    ],
    [
      'does not explain a text that is not known',
      'LicenseRef-unrecognised',
      'MIT',
      'LicenseRef-unrecognised',
      ['MIT'],
    ],
    ['does not explain a statement', 'LicenseRef-stated', 'MIT', 'LicenseRef-stated', ['MIT']],
    [
      'may be the BSD licence that is meant',
      'LicenseRef-BSD',
      'BSD-3-Clause',
      'LicenseRef-BSD',
      ['BSD-3-Clause'],
    ],
    [
      'is another than some BSD licence',
      'LicenseRef-BSD',
      'MIT',
      'LicenseRef-BSD AND MIT',
      ['MIT'],
    ],
    ['is that it knows none', 'unknown', null, 'unknown', []],
    ['is that it does not know which', 'unknown', 'NOASSERTION', 'unknown', []],
    ['is no name of a licence', 'unknown', 'MIT) OR (', 'unknown', []],
  ] as const)('%s', (_what, own, answer, expression, byHost) => {
    expect(weighed(own, answer)).toEqual([expression, byHost]);
  });

  test('admits, refuses and is told, as the policy says', async () => {
    const admit = (files: readonly string[], answer: string | null) =>
      admitArchive(
        {
          ...{ name: 'tool', origin: 'github:ann/tool', format: 'tgz', hosted: hosted(answer) },
          archive: tgz(
            files.map((body, at) => ({ name: `r/${at === 0 ? 'a.js' : 'package.json'}`, body })),
          ),
        },
        admitKnobs.parse({ licences: 'permissive' }),
      );
    const code = 'export const a = 1;\n';
    const mit = '{"license": "MIT"}\n';
    expect((await admit([code], 'MIT')).licence.expression).toBe('MIT');
    await expect(admit([code], 'NOASSERTION')).rejects.toMatchObject({ code: 'LICENCE_REFUSED' });
    expect((await admit([code, mit], 'NOASSERTION')).licence.expression).toBe('MIT');
    await expect(admit([code, mit], 'GPL-3.0')).rejects.toMatchObject({
      code: 'LICENCE_REFUSED',
      message: expect.stringContaining('MIT AND GPL-3.0-only'),
    });
  });
});
