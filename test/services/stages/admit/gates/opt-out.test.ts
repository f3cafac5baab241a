/** Who is opted out is not admitted, and the drop names the rule. */
import { expect, test } from 'vitest';
import { noFacts } from '../../../../../services/stages/admit/gate.ts';
import { optOut } from '../../../../../services/stages/admit/gates/opt-out.ts';

const repository = { name: 'requests', origin: 'github:psf/requests@v2', hosted: null };
const facts = { ...noFacts, repository };
const view = {
  ...repository,
  licence: { expression: 'MIT', evidence: [] },
  files: [],
  skipped: [],
};

test('a repository that a rule names is dropped, and the detail names the rule', () => {
  const { repository: ask } = optOut.open({ optOut: ['other/*', 'psf/*'] }, facts);
  expect(ask?.(view)).toEqual({
    code: 'OPTED_OUT',
    detail: expect.stringMatching(
      /^it is opted out by psf\/\* \(rules with SHA-256 [0-9a-f]{16}\)$/,
    ),
  });
});

test('a file that a rule names is left out, in the repositories that it is about', () => {
  const { file } = optOut.open({ optOut: ['psf/requests:src/**'] }, facts);
  const bytes = Buffer.alloc(0);
  expect(file?.({ path: 'src/a/b.py', bytes })).toBe('opt-out');
  expect(file?.({ path: 'README.md', bytes })).toBeNull();
  expect(optOut.open({ optOut: ['other/x:src/**'] }, facts)).toEqual({});
});

test('without a rule nothing is asked', () => {
  expect(optOut.open({ optOut: [] }, facts)).toEqual({});
});
