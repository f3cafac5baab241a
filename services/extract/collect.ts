/** Collects garbage now, and gives its pages back: V8 alone would keep them for a long while. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collector: NodeJS.GCFunction | null = null;

export function collect(): void {
  collector ??= openCollector();
  collector({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/** A context that is made after V8 was told to has its `gc`: no flag when the process starts. */
function openCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as NodeJS.GCFunction;
}
