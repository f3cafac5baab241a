/** Collects garbage now, and gives its pages back: V8 alone would keep them for a long while. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let opened: NodeJS.GCFunction | null = null;

export function collect(): void {
  collector()({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** Only what was made since the last collection: a millisecond or two. */
export function collectYoung(): void {
  collector()({ type: 'minor' });
}

/** What it calls collects whenever the heap has grown by so much since it last did. */
export function openCollectWhenGrown(growthBytesMax: number): () => void {
  const used = () => getHeapStatistics().used_heap_size;
  let collected = used();
  return () => {
    if (used() < collected + growthBytesMax) return;
    collect();
    collected = used();
  };
}

/** A context that is made after V8 was told to has its `gc`: no flag when the process starts. */
function collector(): NodeJS.GCFunction {
  if (opened === null) {
    setFlagsFromString('--expose-gc');
    opened = runInNewContext('gc') as NodeJS.GCFunction;
  }
  return opened;
}
