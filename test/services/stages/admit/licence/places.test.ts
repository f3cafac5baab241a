/** Which names hold or state a licence: those that common tools accept, and no others. */
import { describe, expect, test } from 'vitest';
import {
  coveredFolder,
  isAttributionFile,
  isLicenceText,
  isPlainName,
  packageFolders,
} from '../../../../../services/stages/admit/licence/places.ts';

describe('names of licence texts', () => {
  const main = `LICENSE LICENCE License license.md LICENSE.txt LICENSE.rst LICENSE.html UNLICENSE
    COPYING COPYING.txt MIT-LICENSE MIT-LICENSE.txt GPL-LICENSE BSD_LICENSE`;
  test.each(main.split(/\s+/))('%s licenses the work', (path) => {
    expect([isLicenceText(path), isPlainName(path)]).toEqual([true, true]);
  });

  const others = `LICENSE-MIT LICENSE.APACHE2 LICENSE_1_0.txt COPYING.LESSER COPYING3 COPYRIGHT
    LICENSES/MIT.txt licenses/LICENSE.a.txt gpl-3.0.txt OFL.txt lib/LICENSE jquery-LICENSE.txt
    lib/gpl-3.0.txt lib/GPLv2 lib/LGPL-2.1-LICENSE.txt lib/licenses/apache-2.0.txt`;
  test.each(others.split(/\s+/))('%s is one too', (path) => {
    expect(isLicenceText(path)).toBe(true);
  });

  const none = `NOTICE NOTICE.txt license.py licenses.json LICENSE.yml THIRD-PARTY-LICENSES
    LICENSE-3RD-PARTY.txt license-header.txt tests/LICENSE docs/LICENSE unlicensed.md README.md
    server/apache.md lib/mit.txt lib/gpl.js`;
  test.each(none.split(/\s+/))('%s is none', (path) => {
    expect(isLicenceText(path)).toBe(false);
  });

  test.each([
    ['LICENSE', ''],
    ['licenses/LICENSE', ''],
    ['a-1.0.dist-info/LICENSE', ''],
    ['a-1.0.dist-info/licenses/LICENSE', ''],
    ['META-INF/LICENSE.txt', ''],
    ['debian/copyright', ''],
    ['ee/LICENSE', 'ee/'],
    ['a/b/COPYING.GPLv3', 'a/b/'],
    ['a/legal/LICENSE', 'a/'],
    ['a/META-INF/LICENSE', 'a/META-INF/'],
    // A package of that name.
    ['packages/licenses/LICENSE', 'packages/licenses/'],
  ])('%s covers the folder "%s"', (path, folder) => {
    const packages = packageFolders(['package.json', 'packages/licenses/package.json']);
    expect(coveredFolder(path, packages)).toBe(folder);
  });

  test('authors are named in licence and notice files', () => {
    for (const path of ['NOTICE', 'LICENSE-MIT', 'MIT-LICENSE', 'COPYRIGHT'])
      expect(isAttributionFile(path)).toBe(true);
    // Nobody is owed that their address stays in a program or a table.
    for (const path of ['notice.py', 'copyright.js', 'notice-subscribers.csv', 'license.ts'])
      expect(isAttributionFile(path)).toBe(false);
  });
});
