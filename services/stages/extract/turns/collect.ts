/** Collects garbage now and returns its pages to the system; V8 alone would keep them for long. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let opened: NodeJS.GCFunction | null = null;

export function collect(): void {
  collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Collects only young objects, which takes a millisecond or two. */
export function collectYoung(): void {
  collector()({ type: 'minor' });
}

/** Returns a function that collects if the heap has grown by this much since the last time. */
export function openCollectWhenGrown(growthBytesMax: number): () => void {
  const used = () => getHeapStatistics().used_heap_size;
  let collected = used();
  return () => {
    if (used() < collected + growthBytesMax) return;
    collect();
    collected = used();
  };
}

/** Gets `gc` from a new context after setting the flag, so that the process needs none at start. */
function collector(): NodeJS.GCFunction {
  if (opened === null) {
    setFlagsFromString('--expose-gc');
    opened = runInNewContext('gc') as NodeJS.GCFunction;
  }
  return opened;
}
