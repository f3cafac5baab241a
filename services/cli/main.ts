/**
 * The program's entry: the only place that reads argv, the environment and the process's streams
 * and signals. All other code gets them as values.
 */
import { watchAncestors } from './ancestors.ts';
import { type CommandContext, openStreams, writeLine } from './context.ts';
import { exitCodes, reportFailure } from './failures.ts';
import { runCommandLine } from './program.ts';

/** A finished command has closed everything; after this time whatever still runs is cut off. */
const lingerMsMax = 5000;

/** npm, the launcher and the terminal may each pass on the same signal; it counts once. */
const sameSignalMs = 500;

const stop = new AbortController();
let stoppedAtMs: number | null = null;

function onSignal(): void {
  const nowMs = performance.now();
  if (stoppedAtMs === null) {
    stoppedAtMs = nowMs;
    stop.abort();
  } else if (nowMs - stoppedAtMs > sameSignalMs) process.exit(exitCodes.interrupted);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
watchAncestors(process.env, () => {
  writeLine(context.err, 'the process that started this one is gone: stopping');
  onSignal();
});
for (const stream of [process.stdout, process.stderr]) {
  // A reader that closes the pipe early (head, less) is not a failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.fine);
    throw error;
  });
}

const context: CommandContext = {
  ...openStreams(process.stdout, process.stderr, process.env),
  workingFolder: process.cwd(),
  signal: stop.signal,
};

// An uncaught error is our bug: end at once, as after a kill; the next run resumes.
process.on('uncaughtException', (error) => {
  const json = process.argv.includes('--json');
  process.exit(reportFailure(error, context, json));
});

process.exitCode = await runCommandLine(process.argv.slice(2), context);
// A client that was closed after a failure may still wait for an answer that never comes.
setTimeout(() => process.exit(), lingerMsMax).unref();
