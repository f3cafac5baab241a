/**
 * Entry of a parser child process: takes batches of files, answers file by file, in order. Between
 * files it lets the event loop turn, because native trees are only freed there.
 */
import { flushCompileCache } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { packOutcome } from '../facts/packed-facts.ts';
import { type FileParser, openFileParser } from './parse-file.ts';
import type { ChildReply, ChildRequest } from './parser-messages.ts';

/** Growth after which garbage is collected: V8 sees only a small part of a native tree. */
const growthBytesMax = 32 * 1024 * 1024;
/** Text after which memory is measured; measuring takes as long as reading a small file. */
const lookCharacters = 64 * 1024;

/** Answers every request of the parent until it goes away. */
export function serve(open: typeof openFileParser): void {
  let parser: FileParser | null = null;
  let work: Promise<void> = Promise.resolve();
  let collectedBytes = process.memoryUsage.rss();
  let residentBytes = collectedBytes;
  let unseen = 0;
  const answer = async ({ jobs, limits }: ChildRequest) => {
    parser ??= open(limits);
    for (const [index, job] of jobs.entries()) {
      const outcome = packOutcome(await parser.parse(job));
      unseen += job.text.length;
      // After a batch the parent decides whether there is room for another.
      if (unseen > lookCharacters || index === jobs.length - 1) {
        residentBytes = process.memoryUsage.rss();
        unseen = 0;
      }
      reply({ kind: 'parsed', outcome, residentBytes });
      const isDue = residentBytes > collectedBytes + growthBytesMax;
      if (isDue) globalThis.gc?.();
      // Native trees are freed here.
      await setImmediate();
      if (isDue) residentBytes = collectedBytes = process.memoryUsage.rss();
    }
  };
  process.on('message', (request) => {
    work = work.then(() => answer(request as ChildRequest));
  });
  // A terminal sends Ctrl-C to the whole group; only the parent decides when to stop.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  reply({ kind: 'ready' });
  // Flushed now, because a child ends by being killed.
  flushCompileCache();
}

function reply(message: ChildReply): void {
  process.send?.(message);
}

if (import.meta.main) serve(openFileParser);
