/** Counts the shards that a command has read: one line, redrawn, on a terminal only. */
import type { ShardProgress } from '../../dataset/read-shards.ts';
import { redrawLine, type Terminal } from '../context.ts';

export interface ShardCounter {
  show(progress: ShardProgress): void;
  /** Removes the line; the result follows. */
  erase(): void;
}

export function createShardCounter(terminal: Terminal, done: string, quiet = false): ShardCounter {
  const drawn = terminal.isTerminal && !quiet;
  const redraw = (text: string) => {
    if (drawn) redrawLine(terminal, text);
  };
  return {
    show: ({ shards, shardsTotal }) => redraw(`${done} ${shards}/${shardsTotal} shards`),
    erase: () => redraw(''),
  };
}
