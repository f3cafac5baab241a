/** Planning looks at a file's own edges, not at all of them for each file. */
import { expect, test } from 'vitest';
import { planKnobs } from '../../../../services/stages/plan/config.ts';
import { buildPlanRequest, planFiles } from '../../../../services/stages/plan/file-plan.ts';
import { findModules } from '../../../../services/stages/plan/modules.ts';
import { openGrounded } from '../../../../services/teacher/grounded/grounded.ts';
import { counted } from '../../../samples/counted.ts';
import { wideRepository } from '../../../samples/inputs/wide-repository.ts';

const knobs = planKnobs.parse({});

async function readsPerFile(files: number): Promise<number> {
  const structure = counted(wideRepository(files).structure);
  const request = buildPlanRequest(structure.value, '', [], findModules(structure.value, knobs));
  const { value } = await openGrounded().plan(request, new AbortController().signal);
  planFiles(structure.value, value.purposes, request.modules, knobs);
  return structure.reads() / files;
}

test('looks at as many elements per file of a large repository as of a small one', async () => {
  const small = await readsPerFile(100);
  const large = await readsPerFile(800);
  expect(small).toBeGreaterThan(1);
  expect(large).toBeLessThan(small * 1.5);
});
