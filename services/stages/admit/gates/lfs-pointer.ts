/** `lfs-pointer`: Git LFS replaces a large file by a pointer of about 130 bytes. */
import { defineGate } from '../gate.ts';

const charactersMax = 1_024;
const firstLine = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\r?\n/;

export const lfsPointer = defineGate({
  name: 'lfs-pointer',
  summary: 'pointers to large files that Git LFS keeps elsewhere',
  knobs: {},
  reasons: ['lfs-pointer'],
  drops: [],
  open: () => ({
    text: ({ text }) =>
      text.length < charactersMax && firstLine.test(text) ? 'lfs-pointer' : null,
  }),
});
