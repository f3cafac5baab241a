/** The lock file is completed with the optional packages that its entries name, and no others. */
import { describe, expect, test } from 'vitest';
import { completeLock, type LockFile, platformOf } from '../../scripts/complete-lock.ts';

describe('completeLock', () => {
  test('adds each missing entry once and keeps existing ones', () => {
    const lock: LockFile = {
      packages: {
        '': { version: '1.0.0' },
        'node_modules/a': {
          version: '2.0.0',
          dev: true,
          optionalDependencies: { 'a-linux-x64-musl': '2.0.0', 'a-darwin-arm64': '2.0.0' },
        },
        'node_modules/a-darwin-arm64': { version: '2.0.0', optional: true, integrity: 'sha512-x' },
      },
    };
    expect(completeLock(lock)).toEqual(['a-linux-x64-musl']);
    expect(lock.packages['node_modules/a-linux-x64-musl']).toEqual({
      version: '2.0.0',
      dev: true,
      optional: true,
      os: ['linux'],
      cpu: ['x64'],
      libc: ['musl'],
    });
    expect(lock.packages['node_modules/a-darwin-arm64']?.integrity).toBe('sha512-x');
    expect(completeLock(lock)).toEqual([]);
  });

  test.each([
    ['@x/cli-win32-arm64', { os: ['win32'], cpu: ['arm64'] }],
    ['@x/binding-linux-x64-gnu', { os: ['linux'], cpu: ['x64'], libc: ['glibc'] }],
    ['@x/binding-linux-arm-gnueabihf', { os: ['linux'], cpu: ['arm'], libc: ['glibc'] }],
    ['@x/binding-android-arm-eabi', { os: ['android'], cpu: ['arm'] }],
    ['@x/binding-wasm32-wasi', { cpu: ['wasm32'] }],
    ['fsevents', {}],
  ])('%s', (name, platform) => {
    expect(platformOf(name)).toEqual(platform);
  });
});
