/**
 * `npm run loaders -- [NAME…] [--output OUT]`: reads every export, and the feed, with the real
 * classes of other projects (test/loaders), at their defaults or with the words that the card
 * gives, and compares tokens, masks, bounds and positions with our own reader. 6 GB the first time;
 * no GPU.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exportOutput } from '../../services/export/export.ts';
import { formats } from '../../services/export/formats.ts';
import {
  type ExportSample,
  makeOutput,
  packsOf,
  writeExpected,
} from '../../test/samples/export-output.ts';
import {
  pythonWithLoaders,
  runPythonTests,
} from '../../test/samples/installed/python-environment.ts';
import { createHarness } from '../../test/samples/sink-harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'test/loaders');

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { output: { type: 'string' } },
  });
  const known = readdirSync(folder).flatMap((file) => /^test_(.*)\.py$/.exec(file)?.[1] ?? []);
  const names = positionals.length > 0 ? positionals : known.sort();
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`no ${stranger}; there are ${known.join(', ')}`);
  console.log('environment: the loaders with PyTorch, 6 GB the first time');
  const python = await pythonWithLoaders();
  const scratch = mkdtempSync(join(tmpdir(), 'backstory-loaders-'));
  try {
    const out = values.output === undefined ? await makeSample(scratch) : resolve(values.output);
    await exportAll(out, scratch);
    const wings = ['test/services/export', 'services/feed', 'services/feed/examples'];
    const paths = wings.map((wing) => join(root, wing));
    const environment = {
      HF_HUB_OFFLINE: '1',
      HF_HOME: join(scratch, 'hub'),
      BACKSTORY_OUTPUT: out,
    };
    for (const name of names) {
      const file = join(folder, `test_${name}.py`);
      const path = { PYTHONPATH: paths.join(':'), ...environment };
      console.log(`${name}: ${await runPythonTests(python, file, scratch, path)} passed`);
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Small packs of which many pieces go on in others, and some fill a pack to the last token. */
async function makeSample(scratch: string): Promise<string> {
  const harness = await createHarness(scratch);
  const lines = (sequence: number) => (sequence % 4 === 0 ? 110 : 2 + ((sequence * 11) % 20));
  const shape = { repositories: 40, contextLength: 1024, lines };
  return (await makeOutput(harness, 'out', shape)).out;
}

/** Every format in a folder of its name, and what our own reader sees. */
async function exportAll(out: string, scratch: string): Promise<void> {
  const sample: ExportSample = { out, packs: await packsOf(out) };
  await writeExpected(sample, join(scratch, 'expected.json'));
  for (const format of formats.filter(({ needsLog }) => needsLog !== true)) {
    const target = join(scratch, format.name);
    await exportOutput({ place: out, runFolder: out, format, compression: 'none', target });
  }
}

try {
  await main();
} catch (error) {
  console.error(`error ${(error as Error).message}`);
  process.exitCode = 1;
}
