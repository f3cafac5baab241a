/**
 * `npm run soak -- browsers [--count 100] [--seconds 60]`: what open pages cost the server of
 * `backstory ui` while a data set grows by a sample every two seconds. Each is a client on a socket
 * that asks what the page asks: all listen to news, a quarter each look at the data set, at its
 * samples, at what is being done and at a trajectory, and ask again when the output changed. A
 * promise broke where they cost five hundredths of a core or more, or one of them heard nothing.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { OutputState, SamplePage } from '../../services/ui/api.ts';
import { type StartedBackstory, signalGroup, startBackstory } from './start-backstory.ts';
import { GrowingOutput } from './trainer/growing-output.ts';

const growEveryMs = 2_000;
/** In which the server opens its threads, and reads what there is. */
const startMs = 10_000;
const coreShareMax = 0.05;

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      count: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const [count, seconds] = [Number(values.count), Number(values.seconds)];
  const folder = mkdtempSync(join(tmpdir(), 'backstory-browsers-'));
  const growing = new GrowingOutput(folder);
  const stop = new AbortController();
  let served: StartedBackstory | null = null;
  try {
    await growing.begin(Math.ceil((startMs + seconds * 1_000) / growEveryMs) + 30);
    growing.allow(20);
    await growing.caughtUp();
    const environment = { XDG_CACHE_HOME: join(folder, 'cache') };
    served = startBackstory(['ui', growing.out, '--port', '0', '--json'], environment);
    const address = await addressOf(served);
    const browsers = await openBrowsers(address, count, stop.signal);
    const grown = grow(growing, stop.signal);
    await wait(startMs);
    const measured = await measure(served, browsers, seconds);
    stop.abort();
    await grown;
    return measured;
  } finally {
    stop.abort();
    growing.close();
    if (served !== null) {
      signalGroup(served.child, 'SIGTERM');
      await served.finished;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function addressOf({ child, finished }: StartedBackstory): Promise<string> {
  const url = new Promise<string>((resolve) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /"url": "(.*)"/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return Promise.race([
    url,
    finished.then(({ output }) => {
      throw new Error(`the server ended: ${output}`);
    }),
  ]);
}

async function grow(growing: GrowingOutput, signal: AbortSignal): Promise<void> {
  for (let allowed = 21; !signal.aborted; allowed += 1) {
    growing.allow(allowed);
    await wait(growEveryMs, undefined, { signal }).catch(() => {});
  }
}

interface Browser {
  heard: number;
  asked: number;
  failed: number;
}

/** What each kind of page asks for when the output changed. */
const views = [['totals', 'funnel', 'quality'], ['samples'], [], []] as const;
/** One kind watches what is being done. */
const watching = 2;

async function openBrowsers(
  address: string,
  count: number,
  signal: AbortSignal,
): Promise<readonly Browser[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 * count });
  const ask = async (path: string) => {
    const chunks: Buffer[] = [];
    const response = await open(new URL(path, address), signal, agent);
    for await (const chunk of response) chunks.push(chunk);
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`);
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  };
  const { rows } = (await ask('api/samples')) as SamplePage;
  const browsers = Array.from({ length: count }, () => ({ heard: 0, asked: 0, failed: 0 }));
  for (const [number, browser] of browsers.entries()) {
    const view = number % views.length;
    const askFor = (path: string) => {
      browser.asked += 1;
      ask(path).catch(() => {
        if (!signal.aborted) browser.failed += 1;
      });
    };
    let edition = '';
    const hear = (data: string) => {
      browser.heard += 1;
      const [state] = JSON.parse(data) as OutputState[];
      const now = `${state?.head} ${state?.shardsRead}`;
      if (now !== edition) for (const path of views[view] ?? []) askFor(`api/${path}`);
      edition = now;
    };
    listen(await open(new URL('api/news', address), signal), hear);
    if (view === watching) listen(await open(new URL('api/watch', address), signal), () => {});
    if (view === views.length - 1) askFor(`api/trajectory?id=${rows[0]?.id}`);
  }
  return browsers;
}

function open(url: URL, signal: AbortSignal, agent?: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = agent === undefined ? { signal } : { signal, agent };
    get(url, options, resolve).on('error', reject);
  });
}

/** Calls back for each event. It ends with an error when the soak does. */
function listen(response: IncomingMessage, hear: (data: string) => void): void {
  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const events = (text + chunk).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) hear(/^data: (.*)$/m.exec(event)?.[1] ?? '[]');
  });
  response.on('error', () => {});
}

async function measure(
  { child }: StartedBackstory,
  browsers: readonly Browser[],
  seconds: number,
): Promise<boolean> {
  const before = browsers.map(({ heard }) => heard);
  const askedBefore = sum(browsers, ({ asked }) => asked);
  const [cpuBefore, from] = [cpuSeconds(child.pid), performance.now()];
  await wait(seconds * 1_000);
  const wallSeconds = (performance.now() - from) / 1_000;
  const share = (cpuSeconds(child.pid) - cpuBefore) / wallSeconds;
  const heard = browsers.map((browser, place) => browser.heard - (before[place] ?? 0));
  const failed = sum(browsers, (browser) => browser.failed);
  const asked = sum(browsers, (browser) => browser.asked) - askedBefore;
  const least = Math.min(...heard);
  console.log(
    `${browsers.length} browsers for ${Math.round(wallSeconds)} s: ` +
      `${(share * 100).toFixed(2)} % of a core, ${least} to ${Math.max(...heard)} news each, ` +
      `${(asked / wallSeconds).toFixed(1)} questions a second, ${failed} failed`,
  );
  return share < coreShareMax && least > 0 && failed === 0;
}

function sum<Item>(items: readonly Item[], pick: (item: Item) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}

/** Of all threads of a process, by Linux, which counts hundredths of a second. */
function cpuSeconds(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before may hold blanks; after it come state and ten numbers, then user and system.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
