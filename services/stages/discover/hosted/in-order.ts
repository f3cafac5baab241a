/**
 * Works on several tasks at once and gives their results in the order of the tasks. Tasks that may
 * not begin ahead begin when their result is awaited.
 */

export interface Task<Result> {
  /** May begin before its result is awaited. */
  readonly ahead: boolean;
  run(): Promise<Result>;
}

export async function* inOrder<Result>(
  tasks: AsyncGenerator<Task<Result>>,
  aheadMax: number,
): AsyncGenerator<Result> {
  const begun: (() => Promise<Result>)[] = [];
  let isDone = false;
  try {
    for (;;) {
      while (!isDone && begun.length < aheadMax) {
        const next = await tasks.next();
        isDone = next.done === true;
        if (next.done !== true) begun.push(begin(next.value));
      }
      const first = begun.shift();
      if (first === undefined) return;
      yield await first();
    }
  } finally {
    // Those under way end by the signal of the stage; nobody awaits their failures any more.
    await tasks.return(undefined);
  }
}

function begin<Result>(task: Task<Result>): () => Promise<Result> {
  if (!task.ahead) return () => task.run();
  const running = task.run();
  running.catch(() => {});
  return () => running;
}
