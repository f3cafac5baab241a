/**
 * Entry of the child process that runs llama.cpp: native code that may abort, and within which
 * nothing may be stopped. Answers one text after the other until its parent goes away.
 */
import { UnusableAnswer } from '../unusable-answer.ts';
import { type LlamaEngine, openEngine } from './engine.ts';
import { loadModel } from './library.ts';
import type { ChildOptions, ChildReply, ChildRequest } from './messages.ts';

let engine: Promise<LlamaEngine> | null = null;

async function open({ module, file, threads }: ChildOptions): Promise<LlamaEngine> {
  try {
    const model = await loadModel(module, file, threads);
    return openEngine(model, threads, () => reply({ kind: 'alive' }));
  } catch (error) {
    throw new UnusableAnswer((error as Error).message);
  }
}

async function answer(request: ChildRequest): Promise<void> {
  if (request.kind === 'open') {
    engine = open(request.options);
    // The first text tells.
    engine.catch(() => {});
    return;
  }
  try {
    if (engine === null) throw new Error('it was not told which model to read');
    reply({ kind: 'scored', scored: await (await engine).score(request.parts) });
  } catch (error) {
    const kind = error instanceof UnusableAnswer ? 'unusable' : 'failed';
    reply({ kind, why: (error as Error).message });
  }
}

function reply(message: ChildReply): void {
  process.send?.(message);
}

process.on('message', (request) => void answer(request as ChildRequest));
// Whoever stops a whole group of processes signals this one too; only its parent decides when.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
// An orderly end would wait for a forward, or abort within it.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
