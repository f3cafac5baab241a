/** The gate `vendored` decides by path alone. */
import { describe, expect, test } from 'vitest';
import { vendored } from '../../../../../services/stages/admit/gates/vendored.ts';

const { file } = vendored.open({ vendored: 'skip' });
const bytes = Buffer.from('a\n');

describe('vendored', () => {
  test.each([
    ['node_modules/a/index.js', 'vendored'],
    ['packages/b/node_modules/a/index.js', 'vendored'],
    ['go/vendor/a/a.go', 'vendored'],
    ['Vendors/a.c', 'vendored'],
    ['third_party/zlib/a.c', 'vendored'],
    ['3rdparty/a.c', 'vendored'],
    ['externals/a.c', 'vendored'],
    ['dist/a.js', 'vendored'],
    ['.yarn/releases/yarn.cjs', 'vendored'],
    ['static/jquery-3.6.0.slim.js', 'vendored'],
    ['css/bootstrap.css', 'vendored'],
    ['gradlew.bat', 'vendored'],
    ['build/config.guess', 'vendored'],
    ['src/vendor.py', null],
    ['src/vendoring/a.py', null],
    ['src/my-jquery.js', null],
    ['distance/a.py', null],
    ['.github/workflows/ci.yml', null],
  ])('%s: %s', (path, reason) => {
    expect(file?.({ path, bytes })).toBe(reason);
  });

  test('asks no questions if vendored files are admitted', () => {
    expect(vendored.open({ vendored: 'admit' })).toEqual({});
  });
});
