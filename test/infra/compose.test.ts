/**
 * The files for containers, as far as they can be held without an engine: what Compose starts is
 * what the program understands, and what the image holds is enough to run it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stageNames } from '../../schemas/topology.ts';
import { openStreams } from '../../services/cli/context.ts';
import { keyVariables } from '../../services/cli/open/settings.ts';
import { createProgram } from '../../services/cli/program.ts';
import { sections } from '../../services/registry.ts';
import { noSources, resolveConfiguration } from '../../services/runtime/config/resolve.ts';

const root = new URL('../..', import.meta.url).pathname;
const text = (path: string) => readFileSync(join(root, path), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

const compose = parse(text('infra/compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
};
const { services } = compose;
const own = Object.entries(services).filter(([, { image }]) => image.startsWith('backstory:'));

/** What Compose makes of ${NAME:-default} when nothing is set. */
const filledIn = (value: string) => value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1');

describe('compose', () => {
  it('serves every stage, once', () => {
    const served = own.flatMap(([, { command = [] }]) =>
      command[0] === 'serve' ? [command[1]] : [],
    );
    expect(served).toEqual([...stageNames]);
  });

  it.each(own)('%s: a command of the program, in knobs that it knows', (_name, service) => {
    const { [keyVariables.teacher]: _key, ...environment } = service.environment ?? {};
    const values = Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, filledIn(value)]),
    );
    const resolved = resolveConfiguration(sections, { ...noSources, environment: values });
    expect(resolved.values.kafka.brokers).toBe('kafka:9092');
    expect(parsed(service.command ?? [])).toEqual([]);
  });

  it('refuses a command that the program does not have', () => {
    expect(parsed(['serve', 'admit', '--outt', 'x'])).not.toEqual([]);
    expect(parsed(['topics', 'aply'])).not.toEqual([]);
  });

  it('depends on services and volumes that are there, and probes the port that is served', () => {
    for (const [name, service] of Object.entries(services)) {
      for (const other of Object.keys(service.depends_on ?? {}))
        expect(services[other], name).toBeDefined();
      for (const volume of service.volumes ?? []) {
        const [place = ''] = filledIn(volume).split(':');
        if (!/^[./]/.test(place)) expect(Object.keys(compose.volumes), name).toContain(place);
      }
    }
    for (const [name, { environment = {}, healthcheck }] of own) {
      if (name === 'topics') continue;
      const port = environment.BACKSTORY_RUNTIME_METRICS_PORT;
      expect(healthcheck?.test.join(' ')).toContain(`127.0.0.1:${port}/healthz`);
    }
  });

  it('has the versions that the tests run against', () => {
    const kafka = /<kafka.version>([^<]+)</.exec(text('infra/kafka/pom.xml'))?.[1];
    const registry = /<version>([^<]+Final)</.exec(text('infra/registry/pom.xml'))?.[1];
    expect(services.kafka?.image).toBe(`apache/kafka:${kafka}`);
    expect(services.schemas?.image.endsWith(`:${registry}`)).toBe(true);
  });
});

/** Problems that the command line has with these words; nothing is run. */
function parsed(words: readonly string[]): string[] {
  const problems: string[] = [];
  const context = {
    ...openStreams(process.stderr, process.stderr, {}),
    workingFolder: root,
    signal: new AbortController().signal,
  };
  const program = createProgram(context, () => {});
  const silence = (command: typeof program): void => {
    command.exitOverride().configureOutput({ writeErr: (line) => problems.push(line) });
    if (command.commands.length === 0) command.action(() => {});
    for (const each of command.commands) silence(each as typeof program);
  };
  silence(program);
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    problems.push((error as Error).message);
  }
  return problems;
}

describe('image', () => {
  const copies = copiesOf(text('infra/Dockerfile'));

  it('holds what the program needs to run', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstory-image-'));
    try {
      for (const words of copies) {
        const target = words.at(-1) as string;
        for (const source of words.slice(0, -1)) {
          const place = target === './' ? source : target;
          cpSync(join(root, source), join(folder, place), { recursive: true });
        }
      }
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      const run = (...words: string[]) =>
        execFileSync(process.execPath, [join(folder, 'scripts/backstory.js'), ...words], {
          cwd: folder,
          encoding: 'utf8',
        });
      expect(run('topics', 'graph')).toContain('discover -- repo-found --> admit');
      expect(run('run', 'schemas/shared', '--out', 'out', '--quiet')).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it.each(['Dockerfile', 'Dockerfile.scorer'])(
    '%s copies what its ignore file lets through',
    (name) => {
      const allowed = text(`infra/${name}.dockerignore`).split('\n');
      const copied = copiesOf(text(`infra/${name}`)).flatMap((words) => words.slice(0, -1));
      expect(copied.length).toBeGreaterThan(0);
      for (const source of copied) {
        expect(allowed).toContain(`!${source}`);
        expect(existsSync(join(root, source)), source).toBe(true);
      }
    },
  );
});

/** Sources and the target of each COPY from the build's folder. */
function copiesOf(dockerfile: string): string[][] {
  return [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].map(([, words = '']) =>
    words.split(' '),
  );
}
