/**
 * `npm run new -- stage NAME --before STAGE`: a stage that reads the topic that STAGE read until
 * now, and passes its records on, unchanged, in a new topic. Every run goes through the new stage.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { graph, stageNames, topicNames, topics } from '../../schemas/topology.ts';
import { stages } from '../../services/registry.ts';
import { PipelineError } from '../../services/runtime/errors.ts';
import { pascalCase, requireNew } from './names.ts';
import { addImport, insertBefore, type Skeleton } from './skeleton.ts';
import { type StagePlace, stageFiles } from './stage-texts.ts';

export interface StageOptions {
  readonly before?: string;
  readonly writes?: string;
}

const schemas = fileURLToPath(new URL('../../schemas/', import.meta.url));

export function newStage(name: string, options: StageOptions): Skeleton {
  requireNew('stage', name, stageNames);
  if (!/^[a-z]+$/.test(name)) throw new PipelineError('USAGE', `${name} must be one word, a verb`);
  const place = placeOf(name, options);
  const { reads, writes, reader } = place;
  const copyOf = (path: string) => readFileSync(schemas + path, 'utf8');
  const schema = copyOf(`topics/${reads}.avsc`).replaceAll(pascalCase(reads), pascalCase(writes));
  return {
    files: {
      ...stageFiles(place),
      [`schemas/topics/${writes}.avsc`]: schema,
      [`schemas/examples/${writes}.json`]: copyOf(`examples/${reads}.json`),
    },
    edits: {
      'schemas/topology.ts': (text) => addToGraph(text, place),
      'services/registry.ts': (text) => register(text, place),
    },
    next: [
      `edit services/stages/${name}/${name}.ts: what it does with a repository`,
      `say in schemas/topology.ts, as its does, what that is in a few words`,
      `say in schemas/topics/${writes}.avsc what its records hold; schemas/examples/${writes}.json shows some`,
      `npm run generate && npm test -- stages/${name} schemas tidy`,
      `say in services/stages/${reader}/README.md that it reads ${writes}`,
    ],
  };
}

/** A place in the flow of whole repositories: before a map that reads one topic. */
function placeOf(name: string, { before = 'extract', writes }: StageOptions): StagePlace {
  const reader = stages.find((stage) => stage.name === before);
  const [reads, ...others] = reader === undefined ? [] : graph[reader.name].reads;
  const isPlace = reader?.shape === 'map' && others.length === 0;
  // The body of a repository that was only found does not name it as later bodies do.
  const isAdmitted = reads !== undefined && topicNames.indexOf(reads) > 0;
  if (!isPlace || !isAdmitted || topics[reads].about !== 'repository') {
    throw new PipelineError('USAGE', `--before ${before}: a stage can be added before ${places()}`);
  }
  const topic = writes ?? `repo-${name}${name.endsWith('e') ? 'd' : 'ed'}`;
  requireNew('topic', topic, topicNames);
  if (!/^[a-z]+(?:-[a-z]+)+$/.test(topic)) {
    throw new PipelineError('USAGE', `--writes ${topic} is none, such as repo-curated`);
  }
  return { name, reads, writes: topic, reader: before };
}

function places(): string {
  const possible = stages.filter(({ name, shape }) => {
    const [topic] = graph[name].reads;
    return shape === 'map' && topic !== undefined && topicNames.indexOf(topic) > 0
      ? topics[topic].about === 'repository'
      : false;
  });
  return possible.map(({ name }) => name).join(' or ');
}

function addToGraph(text: string, { name, reads, writes, reader }: StagePlace): string {
  const entry = text.match(new RegExp(`^  '?${reads}'?: perRepository,\\n`, 'm'));
  const place = text.match(new RegExp(`^  ${reader}: \\{[^}]*\\}`, 'm'));
  if (entry === null) throw new Error(`has no topic ${reads}`);
  if (place === null) throw new Error(`has no stage ${reader}`);
  const edges = `reads: ['${reads}'], writes: ['${writes}', 'dropped'], talksTo: []`;
  const does = 'passes repositories on, as yet';
  const own = `  ${name}: { does: '${does}', ${edges}, version: 1 },\n`;
  return text
    .replace(place[0], own + place[0].replace(`'${reads}'`, `'${writes}'`))
    .replace(entry[0], `${entry[0]}  '${writes}': perRepository,\n`);
}

function register(text: string, { name, reader }: StagePlace): string {
  const imported = addImport(text, `import { ${name} } from './stages/${name}/stage.ts';`);
  return insertBefore(imported, `  ${reader},\n`, `  ${name},\n`);
}
