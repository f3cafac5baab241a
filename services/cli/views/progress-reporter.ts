/**
 * Shows progress on stderr: on a terminal one line that is redrawn, elsewhere a plain line every
 * ten seconds, nothing when quiet. Results never go through here.
 */
import type { Clock } from '../../runtime/clock.ts';
import { redrawLine, type Terminal, writeLine } from '../context.ts';
import {
  describeProgress,
  drawProgressLine,
  type MeteredSnapshot,
  rateWindowMs,
  type TimedSnapshot,
} from './progress.ts';

export interface ProgressReporter {
  update(snapshot: MeteredSnapshot): void;
  /** Writes a line above the bar, e.g. that the run is stopping. */
  note(text: string): void;
  /** Removes the bar; the summary follows. */
  close(): void;
}

/** 10 redraws a second look smooth; a log wants a line every 10 s. */
const redrawMs = 100;
const plainLineMs = 10_000;

export function createProgressReporter(
  terminal: Terminal,
  quiet: boolean,
  clock: Clock,
): ProgressReporter {
  const startMs = clock.nowMs();
  const intervalMs = terminal.isTerminal ? redrawMs : plainLineMs;
  let history: TimedSnapshot[] = [];
  let drawnAtMs = -intervalMs;
  let drawn = false;
  const erase = () => {
    if (drawn) redrawLine(terminal);
    drawn = false;
  };
  const draw = (atMs: number) => {
    drawnAtMs = atMs;
    if (!terminal.isTerminal) return writeLine(terminal, describeProgress(history));
    redrawLine(terminal, drawProgressLine(history, terminal.columns));
    drawn = true;
  };
  return {
    update: (snapshot) => {
      if (quiet) return;
      const atMs = clock.nowMs() - startMs;
      history = history.filter((entry) => atMs - entry.atMs <= rateWindowMs);
      history.push({ atMs, snapshot });
      if (atMs - drawnAtMs >= intervalMs) draw(atMs);
    },
    note: (text) => {
      erase();
      writeLine(terminal, text);
    },
    close: erase,
  };
}
