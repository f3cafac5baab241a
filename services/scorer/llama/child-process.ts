/**
 * One child process with llama.cpp, started when it is first needed and again after its end. One
 * that shows no sign of life for too long is killed.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Scored } from '../../ports/scorer.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ScoredParts } from '../probed-scorer.ts';
import { UnusableAnswer } from '../unusable-answer.ts';
import type { ChildOptions, ChildReply, ChildRequest } from './messages.ts';

/** Characters that are kept of what the child wrote before it ended. */
const lastWordsMax = 16_384;

/** Native code ends itself by these; any other signal came from outside. */
const crashSignals: ReadonlySet<unknown> = new Set([
  ...['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'],
]);

/** The child ended by itself within a text. */
class Crash extends PipelineError {}

export interface LlamaChild {
  /**
   * One text at a time. SCORER_UNAVAILABLE when the child is killed or silent; UnusableAnswer where
   * the same text would fail again, as one does at which two children crashed.
   */
  score(parts: ScoredParts, signal: AbortSignal): Promise<Scored>;
  close(): Promise<void>;
}

export function openChild(options: ChildOptions, silenceMsMax: number): LlamaChild {
  let child: ChildProcess | null = null;
  let isClosed = false;
  let lastWords = '';

  const start = (): ChildProcess => {
    const started = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
      // Drops the parent's own flags, such as a test runner's loaders.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    lastWords = '';
    started.stderr?.on('data', (text: Buffer) => {
      lastWords = (lastWords + text.toString()).slice(-lastWordsMax);
    });
    // When it cannot be started; requests see its end.
    started.on('error', (error) => {
      lastWords = error.message;
    });
    started.once('close', () => {
      if (child === started) child = null;
    });
    started.send({ kind: 'open', options } satisfies ChildRequest);
    return started;
  };

  const stop = async (): Promise<void> => {
    const stopped = child;
    child = null;
    if (stopped === null || stopped.exitCode !== null || stopped.signalCode !== null) return;
    const closed = new Promise((resolve) => stopped.once('close', resolve));
    stopped.kill('SIGKILL');
    await closed;
  };

  /** The reply to one request. */
  const answerOf = (asked: ChildProcess, signal: AbortSignal): Promise<ChildReply> => {
    const { promise, resolve, reject } = Promise.withResolvers<ChildReply>();
    const silent = () => reject(unavailable(`was silent for ${silenceMsMax} ms`));
    let timer = setTimeout(silent, silenceMsMax);
    const onMessage = (message: unknown) => {
      const reply = message as ChildReply;
      if (reply.kind !== 'alive') return resolve(reply);
      clearTimeout(timer);
      timer = setTimeout(silent, silenceMsMax);
    };
    const onClose = (code: number | null, end: string | null) => {
      const what = `ended (${end ?? code}): ${causeIn(lastWords)}`;
      const isCrash = end === null || crashSignals.has(end);
      reject(unavailable(what, isCrash ? Crash : PipelineError));
    };
    const onAbort = () => reject(signal.reason);
    asked.on('message', onMessage);
    asked.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      asked.off('message', onMessage);
      asked.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
    });
  };

  const score = async (parts: ScoredParts, signal: AbortSignal): Promise<Scored> => {
    signal.throwIfAborted();
    // A text that waited meanwhile would start a process that nobody ends.
    if (isClosed) throw new Error('the scorer was closed');
    child ??= start();
    // One that ended meanwhile does not answer, and its end is seen.
    child.send({ kind: 'score', parts } satisfies ChildRequest, () => {});
    try {
      const reply = await answerOf(child, signal);
      if (reply.kind === 'scored') return reply.scored;
      if (reply.kind === 'unusable') throw new UnusableAnswer(reply.why);
      throw unavailable(reply.kind === 'failed' ? reply.why : 'gave no answer');
    } catch (error) {
      // Whatever it is doing, its next answer would be taken for another text's.
      if (!(error instanceof UnusableAnswer)) await stop();
      throw error;
    }
  };

  return {
    score: async (parts, signal) => {
      try {
        return await score(parts, signal);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
      }
      try {
        return await score(parts, signal);
      } catch (error) {
        throw error instanceof Crash ? new UnusableAnswer(`twice, ${error.message}`) : error;
      }
    },
    close: async () => {
      isClosed = true;
      await stop();
    },
  };
}

/** llama.cpp names what was broken, and then prints a stack. */
function causeIn(lastWords: string): string {
  const lines = lastWords.split('\n').filter((line) => line.trim() !== '');
  return (lines.find((line) => line.includes('GGML_')) ?? lines.at(-1) ?? 'no word').trim();
}

function unavailable(what: string, Failure = PipelineError): PipelineError {
  return new Failure('SCORER_UNAVAILABLE', `llama.cpp ${what}`, { subject: 'scorer.file' });
}
