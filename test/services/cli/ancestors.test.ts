/**
 * No way of starting the program leaves it behind: real processes are started as people start
 * them, the one that they know is signalled alone, and after a while no process is left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../samples/servers/listen.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const scripts = join(root, 'scripts');
const folder = mkdtempSync(join(tmpdir(), 'backstory-ancestors-'));
/** A busy machine starts npm, a shell and the program one after another. */
const startMsMax = 120_000;
const endMsMax = 60_000;

/** Lists its models and never answers anything else, so that a run waits for ever. */
let model: string;
const silent = createServer((request, response) => {
  if (request.url?.endsWith('/models') !== true) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end('{"object": "list", "data": [{"id": "m"}]}');
});

beforeAll(async () => {
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'a.py'), 'x = 1\n');
  model = await listen(silent);
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Processes whose command line names the output, the wrappers among them. */
function processesOf(out: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(out) ? [Number(name)] : [];
    } catch {
      // It has ended since.
      return [];
    }
  });
}

async function until(holds: () => boolean, msMax: number): Promise<boolean> {
  for (const end = performance.now() + msMax; performance.now() < end; await delay(100)) {
    if (holds()) return true;
  }
  return holds();
}

/** Below Node 22.15 a process cannot become another one: the launcher stays beside the program. */
const olderNode = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } }); delete process.execve;",
)}`;
const words = (out: string) => {
  const knobs = [`teacher.baseUrl=${model}/v1`, 'teacher.model=m'];
  const sets = knobs.flatMap((knob) => ['--set', knob]);
  return ['run', join(folder, 'source'), '--teacher', 'openai', '--out', out, ...sets];
};

type Way = readonly [name: string, command: (argv: readonly string[]) => readonly string[]];
const ways: readonly Way[] = [
  ['scripts/backstory', (argv) => [join(scripts, 'backstory'), ...argv]],
  [
    'node scripts/backstory.js',
    (argv) => [process.execPath, join(scripts, 'backstory.js'), ...argv],
  ],
  [
    'the launcher on an older Node',
    (argv) => [process.execPath, '--import', olderNode, join(scripts, 'backstory.js'), ...argv],
  ],
  ['npx', (argv) => ['npx', 'backstory', ...argv]],
  ['npm exec', (argv) => ['npm', 'exec', 'backstory', '--', ...argv]],
  ['npm run', (argv) => ['npm', '--prefix', folder, 'run', 'go', '--', ...argv]],
  ['sh -c', (argv) => ['sh', '-c', `${join(scripts, 'backstory')} ${argv.join(' ')}`]],
  [
    'sh -c with more to do',
    (argv) => ['sh', '-c', `${join(scripts, 'backstory')} ${argv.join(' ')}; true`],
  ],
  ['a shell script', (argv) => ['bash', join(folder, 'start.sh'), ...argv]],
];

async function startAndKill(command: readonly string[], out: string, signal: NodeJS.Signals) {
  const [program = '', ...argv] = command;
  const child: ChildProcess = spawn(program, argv, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, npm_config_cache: join(folder, 'npm'), npm_config_offline: 'true' },
  });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const running = await until(() => existsSync(join(out, 'run.json')), startMsMax);
  const before = processesOf(out).length;
  child.kill(signal);
  const gone = await until(() => processesOf(out).length === 0, endMsMax);
  for (const pid of processesOf(out)) process.kill(pid, 'SIGKILL');
  return { running, gone, before, said };
}

describe.skipIf(process.platform !== 'linux')('signalled alone, it leaves nothing behind', () => {
  beforeAll(() => {
    const script = `${join(scripts, 'backstory')} "$@"\ntrue\n`;
    writeFileSync(join(folder, 'start.sh'), script);
    const go = { name: 'go', scripts: { go: join(scripts, 'backstory') } };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(go));
  });
  // What follows SIGTERM differs with each way; SIGKILL is noticed alike below npm and a shell.
  const killed = [
    'scripts/backstory',
    'the launcher on an older Node',
    'npm run',
    'a shell script',
  ];
  const cases = ways.flatMap(([name, command]) =>
    (['SIGTERM', 'SIGKILL'] as const)
      .filter((signal) => signal === 'SIGTERM' || killed.includes(name))
      .map((signal) => [name, signal, command] as const),
  );
  const more = ways
    .slice(0, 1)
    .flatMap(([name, command]) =>
      (['SIGINT', 'SIGHUP'] as const).map((signal) => [name, signal, command] as const),
    );

  test.each([...cases, ...more])(
    '%s, %s',
    { timeout: startMsMax + endMsMax },
    async (name, signal, command) => {
      const out = join(folder, `${name}-${signal}`.replaceAll(/\W+/g, '-'));
      const { running, gone, before, said } = await startAndKill(command(words(out)), out, signal);
      expect(running, said).toBe(true);
      expect(gone, said).toBe(true);
      // What is not killed at once says that it stops, and the same command goes on later.
      if (signal !== 'SIGKILL') expect(said).toContain('stopping');
      if (name.includes('scripts/backstory')) expect(before).toBe(1);
    },
  );
});

describe.skipIf(process.platform !== 'linux')('meant to outlive its shell', () => {
  test.each([
    ['in the background', (line: string) => `${line} & sleep 30`],
    ['in a session of its own', (line: string) => `setsid ${line} & sleep 30`],
  ])('%s it does', { timeout: startMsMax + endMsMax }, async (name, form) => {
    const out = join(folder, name.replaceAll(' ', '-'));
    const line = `${join(scripts, 'backstory')} ${words(out).join(' ')} >/dev/null 2>&1`;
    // An input of its own, as a terminal is: /dev/null would look like that of the background.
    const stdio = ['pipe', 'ignore', 'ignore'] as const;
    const shell = spawn('sh', ['-c', form(line)], { cwd: root, stdio: [...stdio] });
    expect(await until(() => existsSync(join(out, 'run.json')), startMsMax)).toBe(true);
    shell.kill('SIGKILL');
    // Four looks of the watch, and more.
    await delay(2000);
    const left = processesOf(out).filter((pid) => pid !== shell.pid);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    expect(left.length).toBeGreaterThan(0);
  });
});
