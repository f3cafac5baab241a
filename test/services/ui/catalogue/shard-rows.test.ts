/** What a row says of the documents in a shard. */
import { expect, test } from 'vitest';
import { firstOf } from '../../../../services/ui/catalogue/shard-rows.ts';

const files = [{ path: 'LICENSE', bytes: 1, sha256: '0'.repeat(64) }];

test('a file that earns no thought is no lack of its sample', () => {
  const plain = { what: 'plain', path: 'LICENSE', reason: 'a licence' };
  const thought = { what: 'thought', path: 'a.py', reason: 'TEACHER_REFUSED: no' };
  expect(firstOf({ files, lacks: [plain] })).toEqual({ files: 1, lacks: {} });
  expect(firstOf({ files, lacks: [plain, thought, thought] })).toEqual({
    files: 1,
    lacks: { thought: 2 },
  });
  expect(firstOf({ files: null, lacks: [plain] })).toBeNull();
});
