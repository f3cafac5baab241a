/**
 * What decides a replay's bytes besides its input: teacher and scorer, prompts, tokenizer, schemas
 * and the program's own code.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { StageName } from '../../../schemas/topology.ts';
import type { ResolvedValues } from '../../registry.ts';
import type { ReplayFile } from '../../runtime/cluster/replay.ts';
import { sha256 } from '../../runtime/ids.ts';
import type { Registry } from '../../runtime/records/schema-registry.ts';
import { subjectsOf } from '../../runtime/records/wire-confluent.ts';
import { openTokenizer } from '../../stages/sink/tokens/tokenizer.ts';
import type { CommandContext } from '../context.ts';
import { openModels } from './settings.ts';

type Identity = Pick<
  ReplayFile,
  'teacher' | 'scorer' | 'promptsHash' | 'tokenizer' | 'code' | 'schemaIds'
>;

const root = new URL('../../..', import.meta.url);

/** Call this after the new data set's topics are made and their schemas registered. */
export async function identityOf(
  context: CommandContext,
  values: ResolvedValues,
  stages: readonly StageName[],
  registry: Registry,
): Promise<Identity> {
  const { teacher, scorer } = await openModels(context, values, stages);
  await scorer?.close();
  const { tokenizer: path, endOfText, template, masking } = values.sink;
  const tokenizer = await openTokenizer(path, endOfText, { template, masking });
  await tokenizer.close();
  const { name, fingerprint } = tokenizer;
  const manifest = readFileSync(new URL('package.json', root), 'utf8');
  return {
    teacher: teacher?.identity ?? null,
    scorer: scorer?.identity ?? null,
    promptsHash: hashOfSources('services/teacher/prompts'),
    tokenizer: { name, fingerprint },
    code: {
      version: (JSON.parse(manifest) as { version: string }).version,
      hash: hashOfSources('schemas', 'services'),
    },
    schemaIds: await schemaIds(registry, values.runtime.dataset),
  };
}

async function schemaIds(registry: Registry, dataset: string): Promise<Record<string, number>> {
  const ids: Record<string, number> = {};
  for (const { subject, schema } of subjectsOf(dataset)) {
    const id = await registry.idOf(subject, schema);
    if (id !== null) ids[subject] = id;
  }
  return ids;
}

/** Hash over path and bytes of every source file in these folders of the program. */
function hashOfSources(...folders: readonly string[]): string {
  const files = folders.flatMap((folder) => {
    const names = readdirSync(fileURLToPath(new URL(folder, root)), { recursive: true });
    return names.map((name) => `${folder}/${String(name)}`);
  });
  const sources = files.filter((path) => /\.(ts|js|avsc|py)$/.test(path)).sort();
  return sha256(
    sources.map((path) => `${path} ${sha256(readFileSync(new URL(path, root)))}`).join('\n'),
  );
}
