/** Simulate's work per file does not depend on the size of the repository. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { simulateKnobs } from '../../../../services/stages/simulate/config.ts';
import { simulate } from '../../../../services/stages/simulate/stage.ts';
import { openGrounded } from '../../../../services/teacher/grounded/grounded.ts';
import { counted } from '../../../samples/counted.ts';
import { wideRepository } from '../../../samples/inputs/wide-repository.ts';
import { openStageBench, recordOf } from '../../teacher/stage-tools.ts';

const bench = () => openStageBench(simulateKnobs.parse({}), openGrounded());
let open: Awaited<ReturnType<typeof bench>>;
beforeEach(async () => {
  open = await bench();
});
afterEach(() => open.close());

/** Elements looked at for every file of a repository, per file. */
async function readsPerFile(files: number): Promise<number> {
  const { content, structure, plan } = wideRepository(files);
  await open.tools.blobs.put(content);
  const reference = { sha256: '0'.repeat(64), bytes: 1 };
  const bodies = counted({ structure, plan: { ...plan, structure: reference } });
  const load = async (topic: string) =>
    topic === 'repo-plan' ? bodies.value.plan : bodies.value.structure;
  const tools = { ...open.tools, bodies: { ...open.tools.bodies, load } } as typeof open.tools;
  for (const [ordinal, path] of structure.order.entries()) {
    const task = { path, ordinal, of: files, structure: reference, plan: reference };
    await simulate.handle(recordOf('file-task', task), tools);
  }
  return bodies.reads() / files;
}

test('looks at as many elements per file of a large repository as of a small one', async () => {
  const small = await readsPerFile(100);
  const large = await readsPerFile(800);
  expect(small).toBeGreaterThan(1);
  expect(large).toBeLessThan(small * 1.5);
});
