/**
 * `npm run soak -- memory [--sizes 2000,20000] [--heap 192] [--growth 100] [--keep DIR]`: runs over
 * tiny repositories, one run for each size, with a heap of so many megabytes. The peak of the
 * program's own memory may be at most so many megabytes larger in the last run than in the first.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeTinyRepositories } from './memory/tiny-repositories.ts';
import { startBackstory } from './start-backstory.ts';

const lookMs = 500;

/**
 * V8 takes up to 3 × 64 MB for new objects beside the heap, whatever the heap's limit. Where that
 * is more than the heap has room for, it marks the whole heap again and again.
 */
const semiSpaceMegabytes = 16;

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      sizes: { type: 'string', default: '2000,20000' },
      heap: { type: 'string', default: '192' },
      growth: { type: 'string', default: '100' },
      keep: { type: 'string' },
    },
  });
  const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'backstory-memory-'));
  const peaks: number[] = [];
  try {
    for (const size of values.sizes.split(',').map(Number)) {
      const list = makeTinyRepositories(join(folder, 'repositories'), size);
      const out = join(folder, `out-${size}`);
      const { code, output, peak } = await measure(list, out, values.heap);
      console.log(`${size} repositories: exit ${code}, peak ${peak.toFixed(0)} MB`);
      if (code !== 0) console.log(output.slice(-2000));
      if (code !== 0) return false;
      peaks.push(peak);
      rmSync(out, { recursive: true });
    }
    const growth = (peaks.at(-1) ?? 0) - (peaks[0] ?? 0);
    console.log(`growth ${growth.toFixed(0)} MB, at most ${values.growth} MB`);
    return growth <= Number(values.growth);
  } finally {
    if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** The peak of the program's process alone; parsers are processes of their own. */
async function measure(list: string, out: string, heap: string) {
  const parameters = ['run', `@${list}`, '--out', out, '--search', 'off'];
  const environment = {
    NODE_OPTIONS: `--max-old-space-size=${heap} --max-semi-space-size=${semiSpaceMegabytes}`,
  };
  const { child, finished } = startBackstory(parameters, environment);
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid));
  }, lookMs);
  const { code, output } = await finished;
  clearInterval(timer);
  return { code, output, peak };
}

/** In megabytes, as Linux keeps it; 0 once the process is gone. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1000;
  } catch {
    return 0;
  }
}
