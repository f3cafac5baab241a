/** Which names hold or state a licence: those that common tools accept, and no others. */
import { describe, expect, test } from 'vitest';
import {
  isAttributionFile,
  isLicenceText,
  isMainLicence,
  licensedFolder,
} from '../../../../../services/stages/admit/licence/places.ts';

describe('names of licence texts', () => {
  const main = `LICENSE LICENCE License license.md LICENSE.txt LICENSE.rst LICENSE.html UNLICENSE
    COPYING COPYING.txt MIT-LICENSE MIT-LICENSE.txt GPL-LICENSE BSD_LICENSE`;
  test.each(main.split(/\s+/))('%s licenses the work', (path) => {
    expect([isLicenceText(path), isMainLicence(path)]).toEqual([true, true]);
  });

  const others = `LICENSE-MIT LICENSE.APACHE2 LICENSE_1_0.txt COPYING.LESSER COPYING3 COPYRIGHT
    LICENSES/MIT.txt licenses/LICENSE.a.txt gpl-3.0.txt OFL.txt lib/LICENSE jquery-LICENSE.txt`;
  test.each(others.split(/\s+/))('%s is one too', (path) => {
    expect(isLicenceText(path)).toBe(true);
  });

  const none = `NOTICE NOTICE.txt license.py licenses.json LICENSE.yml THIRD-PARTY-LICENSES
    LICENSE-3RD-PARTY.txt license-header.txt tests/LICENSE docs/LICENSE unlicensed.md README.md`;
  test.each(none.split(/\s+/))('%s is none', (path) => {
    expect(isLicenceText(path)).toBe(false);
  });

  test('a text below the root licenses its folder, a list of texts does not', () => {
    expect(licensedFolder('ee/LICENSE')).toBe('ee/');
    expect(licensedFolder('a/b/COPYING.md')).toBe('a/b/');
    for (const path of ['LICENSE', 'licenses/LICENSE', 'a/legal/LICENSE', 'ee/LICENSE-MIT'])
      expect(licensedFolder(path)).toBeNull();
  });

  test('authors are named in licence and notice files', () => {
    for (const path of ['NOTICE', 'LICENSE-MIT', 'MIT-LICENSE', 'COPYRIGHT'])
      expect(isAttributionFile(path)).toBe(true);
  });
});
