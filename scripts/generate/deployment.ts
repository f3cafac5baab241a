/**
 * What Compose and Kubernetes share: the command of a stage in the image of infra/Dockerfile, and
 * the knobs that place it. Names of variables derive from the knobs and names of topics from the
 * topology, so that neither can drift.
 */
import { readFileSync } from 'node:fs';
import { graph, type StageName } from '../../schemas/topology.ts';
import { sections } from '../../services/registry.ts';
import { environmentName, knobKeys } from '../../services/runtime/config/resolve.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

export const image = `backstory:${version}`;
/** The secret with the keys of teacher, scorer and servers. */
export const secrets = 'backstory-keys';
/** Of infra/Dockerfile.scorer. */
export const scorerImage = `backstory-scorer:${version}`;
/** The data set that the files describe; topics and groups carry its name. */
export const dataset = 'default';
export const metricsPort = 9464;
/** Folders in the image. */
export const folders = { data: '/data', sources: '/sources', state: '/state' } as const;

/** Requested and largest resources of a stage: estimates to be corrected after a first run. */
export interface Resources {
  readonly cpu: string;
  readonly memory: string;
  readonly memoryMax: string;
}

const waiting: Resources = { cpu: '250m', memory: '512Mi', memoryMax: '2Gi' };
/** Holds an archive and its unpacked files in memory once: at most 1 GiB each by default. */
const unpacking: Resources = { cpu: '500m', memory: '1Gi', memoryMax: '4Gi' };
const computing: Resources = { cpu: '1', memory: '1Gi', memoryMax: '4Gi' };

/** Resources of stages that compute, rather than ask others and wait. */
const demanding: Readonly<Partial<Record<StageName, Resources>>> = {
  discover: unpacking,
  admit: unpacking,
  extract: computing,
  sink: computing,
};

export function resourcesOf(stage: StageName): Resources {
  return demanding[stage] ?? waiting;
}

export function isSource(stage: StageName): boolean {
  return graph[stage].reads.length === 0;
}

/** The command line of a stage's process, without the program. */
export function serveCommand(stage: StageName): string[] {
  const sources = isSource(stage) ? [`@${folders.sources}/list.txt`] : [];
  return ['serve', stage, ...sources, '--out', `${folders.data}/out`, '--state', folders.state];
}

/** Knobs under their names as environment variables. */
export function environmentOf(knobs: Readonly<Record<string, string>>): Record<string, string> {
  const known = new Set(knobKeys(sections));
  return Object.fromEntries(
    Object.entries(knobs).map(([key, value]) => {
      if (!known.has(key)) throw new Error(`${key} is no knob`);
      return [environmentName(key), value];
    }),
  );
}

/** Knobs of every process, wherever it runs. */
export const processKnobs = {
  'runtime.dataset': dataset,
  // Probes and metric scrapers connect from outside the container.
  'runtime.metricsHost': '0.0.0.0',
  'runtime.metricsPort': String(metricsPort),
  'runtime.logLevel': 'info',
} as const;

export const generatedHeader = (how: string) =>
  `# Generated from schemas/topology.ts by \`npm run generate\`. ${how}\n`;
