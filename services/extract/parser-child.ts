/**
 * Entry of a parser child process: takes batches of files, answers file by file, in order. Between
 * files it lets the event loop turn, because native trees are only freed there.
 */
import { setImmediate } from 'node:timers/promises';
import { type FileParser, openFileParser } from './parse-file.ts';
import type { ChildReply, ChildRequest } from './parser-pool.ts';

/** Answers every request of the parent until it goes away. */
export function serve(open: typeof openFileParser): void {
  let parser: FileParser | null = null;
  let work: Promise<void> = Promise.resolve();
  const answer = async ({ jobs, limits }: ChildRequest) => {
    parser ??= open(limits);
    for (const job of jobs) {
      const outcome = await parser.parse(job);
      reply({ kind: 'parsed', outcome, residentBytes: process.memoryUsage.rss() });
      await setImmediate();
    }
  };
  process.on('message', (request) => {
    work = work.then(() => answer(request as ChildRequest));
  });
  // A terminal sends Ctrl-C to the whole group; only the parent decides when to stop.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  reply({ kind: 'ready' });
}

function reply(message: ChildReply): void {
  process.send?.(message);
}

if (import.meta.main) serve(openFileParser);
