/**
 * Many file tasks for the simulate stage, each with a different question to its model: the tasks of
 * one real repository, repeated under other names, as a cluster's plan stage would write them.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { physicalTopic } from '../../../schemas/topology.ts';
import type { Bus } from '../../../services/runtime/bus/bus.ts';
import { openSqliteBus } from '../../../services/runtime/bus/sqlite/sqlite-bus.ts';
import { forEachRecord } from '../../../services/runtime/bus/topic-reader.ts';
import { sha256 } from '../../../services/runtime/ids.ts';
import {
  type Codec,
  createCodec,
  type DecodedRecord,
} from '../../../services/runtime/records/codec.ts';
import type { Wire } from '../../../services/runtime/records/wire.ts';
import { openLocalBlobStore } from '../../../services/runtime/store/blobs.ts';
import { startBackstory } from '../../../test/soak/start-backstory.ts';

type Task = DecodedRecord<'file-task'>;

const filesPerRepository = 100;

/** Small modules in a chain, so that each reads one that was written before. */
function writeRepository(folder: string): string {
  const root = join(folder, 'modules');
  mkdirSync(join(root, 'src'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"name": "modules", "license": "MIT"}\n');
  for (let file = 0; file < filesPerRepository - 1; file += 1) {
    const imports = file === 0 ? '' : `import { value${file - 1} } from './m${file - 1}.ts';\n`;
    const sum = file === 0 ? '1' : `value${file - 1}(seed) + ${file}`;
    const body = `export function value${file}(seed: number): number {\n  return ${sum};\n}\n`;
    writeFileSync(join(root, 'src', `m${file}.ts`), `${imports}\n${body}`);
  }
  return root;
}

/** The records of the stages before simulate, from an embedded run. */
async function planOnce(folder: string, dataset: string): Promise<Task[]> {
  const out = join(folder, 'planned');
  const sets = ['--set', `runtime.dataset=${dataset}`, '--set', 'search.enabled=false'];
  const sources = [writeRepository(folder)];
  const { code, output } = await startBackstory(
    ['run', ...sources, '--out', out, '--quiet', ...sets],
    {},
  ).finished;
  if (code !== 0) throw new Error(`exit ${code}: ${output}`);
  const codec = createCodec(await openLocalBlobStore(join(out, 'blobs')));
  const bus = openSqliteBus(join(out, 'log'));
  const tasks: Task[] = [];
  await forEachRecord(bus, physicalTopic(dataset, 'file-task'), async ({ value }) => {
    tasks.push(await codec.decode('file-task', value));
  });
  await bus.close();
  return tasks;
}

/** Puts so many tasks into the topic; their bodies lie below `output`. */
export async function writeTasks(
  bus: Bus,
  wire: Wire,
  options: { folder: string; output: string; dataset: string; count: number },
): Promise<void> {
  const { folder, output, dataset, count } = options;
  const tasks = await planOnce(folder, dataset);
  cpSync(join(folder, 'planned', 'blobs'), join(output, 'blobs'), { recursive: true });
  const codec = createCodec(await openLocalBlobStore(join(output, 'blobs')), wire);
  for (let repository = 0; repository * tasks.length < count; repository += 1) {
    const rest = count - repository * tasks.length;
    await writeRepositoryTasks(bus, codec, dataset, repository, tasks.slice(0, rest));
  }
}

async function writeRepositoryTasks(
  bus: Bus,
  codec: Codec,
  dataset: string,
  repository: number,
  tasks: readonly Task[],
): Promise<void> {
  const [first] = tasks;
  if (first === undefined) return;
  const known = await codec.bodies.load('repo-structure', first.body.structure);
  const name = `modules-${repository}`;
  const structure = await codec.bodies.save('repo-structure', {
    ...known,
    repository: { ...known.repository, name },
  });
  const repositoryId = sha256(name).slice(0, 32);
  const records = tasks.map(async ({ envelope, body }) => ({
    topic: physicalTopic(dataset, 'file-task'),
    key: repositoryId,
    value: await codec.encode(
      'file-task',
      { ...envelope, id: sha256(`${name}/${body.path}`).slice(0, 32), repositoryId },
      { ...body, structure },
    ),
  }));
  await bus.produce(await Promise.all(records));
}
