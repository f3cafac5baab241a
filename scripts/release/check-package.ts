/**
 * Uses an installed package as a stranger would: a run over a small source, and each command that
 * reads its output. The first one that fails ends the check.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runTool } from './run-tool.ts';
import { smallSourceFiles, writeSmallSource } from './source.ts';

interface Installed {
  /** The installed program. */
  readonly backstory: string;
  /** Where it runs; the checks leave `source` and `out` there. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
}

type Call = (...words: string[]) => Promise<string>;

/** What each command shows; null is a failure. The others read the output of `run`. */
const checks = {
  run: async (call, { folder }) => {
    writeSmallSource(join(folder, 'source'));
    const summary = await call('run', 'source', '--out', 'out', '--json');
    const { files } = JSON.parse(summary) as { readonly files: number };
    return files === smallSourceFiles ? `run wrote ${files} files` : null;
  },
  verify: async (call) => firstLine(await call('verify', 'out'), 'ok'),
  ui: async (_call, installed) => ((await pageAnswers(installed)) ? 'ui serves the page' : null),
  inspect: async (call) => lineWith(await call('inspect', 'out'), 'source'),
  export: async (call, { folder }) => {
    await call('export', 'out', '--format', 'jsonl', '--to', 'rows');
    const names = readdirSync(join(folder, 'rows'));
    return names.length > 0 ? `export wrote ${names.join(', ')}` : null;
  },
  report: async (call) => firstLine(await call('report', 'out'), 'Output'),
  doctor: async (call) => lineWith(await call('doctor', '--out', 'out'), 'ready'),
  serve: async (call) => lineWith(await call('serve', '--help'), 'Usage'),
} as const satisfies Record<string, (call: Call, installed: Installed) => Promise<string | null>>;

export type Check = keyof typeof checks;

/** All checks, or these, in this order. Returns what they found; the first failure is thrown. */
export async function checkPackage(
  installed: Installed,
  names: readonly Check[] = Object.keys(checks) as Check[],
): Promise<string[]> {
  const { backstory, folder, env = {} } = installed;
  const call: Call = (...words) => runTool(backstory, words, { cwd: folder, env });
  const told: string[] = [];
  for (const name of names) {
    const found = await checks[name](call, installed);
    if (found === null) throw new Error(`the installed package fails at ${name}`);
    told.push(found);
  }
  return told;
}

function firstLine(text: string, beginning: string): string | null {
  const [line = ''] = text.split('\n');
  return line.startsWith(beginning) ? line : null;
}

function lineWith(text: string, word: string): string | null {
  return text.split('\n').find((line) => line.includes(word)) ?? null;
}

/** Whether the page and its script are served. */
async function pageAnswers({ backstory, folder, env = {} }: Installed): Promise<boolean> {
  const server = spawn(backstory, ['ui', 'out', '--port', '0'], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  try {
    const [line] = (await Promise.race([
      once(createInterface({ input: server.stdout }), 'line'),
      ended.then(() => ['']),
    ])) as [string];
    if (line === '') return false;
    const [page, script] = await Promise.all([fetch(line), fetch(new URL('page.js', line))]);
    return page.ok && script.ok && (await script.text()).length > 10_000;
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}
