/** The gate `lfs-pointer`: recognises the small file that stands for a large one. */
import { describe, expect, test } from 'vitest';
import { lfsPointer } from '../../../../../services/stages/admit/gates/lfs-pointer.ts';

const { text: ask } = lfsPointer.open({});
const version = 'version https://git-lfs.github.com/spec/v1';

describe('lfs-pointer', () => {
  test.each([
    ['a pointer', `${version}\noid sha256:0\nsize 1\n`, 'lfs-pointer'],
    ['a pointer with Windows line endings', `${version}\r\noid sha256:0\r\n`, 'lfs-pointer'],
    ['prose about pointers', `The first line is:\n${version}\n`, null],
    ['an unknown version of the format', `${version}2\noid sha256:0\n`, null],
    ['a file too long for a pointer', `${version}\n${'a'.repeat(1_024)}`, null],
  ])('%s', (_name, text, reason) => {
    expect(ask?.({ path: 'model.bin', text })).toBe(reason);
  });
});
