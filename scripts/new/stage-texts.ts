/** The texts of a new stage's files. */
import type { TopicName } from '../../schemas/topology.ts';
import { pascalCase } from './names.ts';

/** The new stage, the topics that it reads and writes, and the stage that reads the latter. */
export interface StagePlace {
  readonly name: string;
  readonly reads: TopicName;
  readonly writes: string;
  readonly reader: string;
}

export function stageFiles(place: StagePlace): Record<string, string> {
  const folder = `services/stages/${place.name}`;
  return {
    [`${folder}/README.md`]: readmeText(place),
    [`${folder}/config.ts`]: configText(place),
    [`${folder}/stage.ts`]: wiringText(place),
    [`${folder}/${place.name}.ts`]: ruleText(place),
    [`test/${folder}/stage.test.ts`]: testText(place),
  };
}

function readmeText({ name, reads, writes }: StagePlace): string {
  return `# ${name}

Reads \`${reads}\`, writes \`${writes}\`: the repository as it came.

| file | what it holds |
| --- | --- |
| \`${name}.ts\` | what it does with a repository (pure) |
| \`stage.ts\`, \`config.ts\` | wiring and knobs |

**Failures.** None of its own.
`;
}

function configText({ name }: StagePlace): string {
  return `/** Knobs of ${name}. */
import { z } from 'zod';
import { operational } from '../../runtime/config/knobs.ts';

export const ${name}Knobs = z.object({
  concurrency: z
    .int()
    .min(1)
    .default(4)
    .describe('Repositories in work at once; their order is restored at the end.')
    .meta(operational),
});

export type ${pascalCase(name)}Knobs = z.infer<typeof ${name}Knobs>;
`;
}

function wiringText({ name }: StagePlace): string {
  const knobs = `${pascalCase(name)}Knobs`;
  return `/** Wiring of ${name}: one repository in, the same repository out. */
import { defineStage } from '../../runtime/stage.ts';
import { type ${knobs}, ${name}Knobs } from './config.ts';
import { ${name}Repository } from './${name}.ts';

export const ${name} = defineStage('${name}', {
  config: ${name}Knobs,
  concurrency: (config: ${knobs}) => config.concurrency,
  handle: async ({ body }) => ${name}Repository(body),
  end: { subject: ({ body }) => body.repository },
});
`;
}

function ruleText({ name, reads, writes }: StagePlace): string {
  const body = `${pascalCase(reads)}Body`;
  return `/** What ${name} does with a repository: as yet it passes every one on. Pure. */
import type { ${body} } from '../../../schemas/generated/types.ts';
import { emit, type Outcome } from '../../runtime/outcomes.ts';

/** Emits the repository for the next stage, or drops it with a reason. */
export function ${name}Repository(body: ${body}): Outcome[] {
  return [emit('${writes}', body)];
}
`;
}

function testText({ name, reads, writes }: StagePlace): string {
  const tools = `Tools<'${name}', ${pascalCase(name)}Knobs>`;
  return `/** Wiring of ${name}: a repository in, a repository out that fits the schema of its topic. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bodyType } from '../../../../schemas/avro.ts';
import type { StageRecord, Tools } from '../../../../services/runtime/stage.ts';
import { type ${pascalCase(name)}Knobs, ${name}Knobs } from '../../../../services/stages/${name}/config.ts';
import { ${name} } from '../../../../services/stages/${name}/stage.ts';

const examples = new URL('../../../../schemas/examples/${reads}.json', import.meta.url);
const { valid } = JSON.parse(readFileSync(examples, 'utf8')) as {
  valid: [{ record: Pick<StageRecord<'${reads}'>, 'envelope' | 'body'> }];
};
const { envelope, body } = valid[0].record;
const record = { topic: '${reads}', partition: 0, offset: 0, envelope, body } as const;
// What the handler may touch; anything else it reached for would be undefined and fail.
const tools = { config: ${name}Knobs.parse({}) } as unknown as ${tools};

test('${name} passes a repository on', async () => {
  const outcomes = await ${name}.handle(record, tools);
  expect(outcomes).toMatchObject([{ kind: 'emit', topic: '${writes}', body }]);
  for (const outcome of outcomes) {
    if (outcome.kind === 'emit') expect(bodyType('${writes}').isValid(outcome.body)).toBe(true);
  }
});

test('${name} names the repository that ends in it', () => {
  const { end } = ${name};
  expect('subject' in end && end.subject(record).name).toBe(body.repository.name);
});
`;
}
