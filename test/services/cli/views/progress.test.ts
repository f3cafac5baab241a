/** The progress line shows known facts and invents nothing. */
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createTerminal } from '../../../../services/cli/context.ts';
import {
  describeProgress,
  drawProgressLine,
  fileRate,
  shareDone,
  timeLeftMs,
} from '../../../../services/cli/views/progress.ts';
import { createProgressReporter } from '../../../../services/cli/views/progress-reporter.ts';
import { manualClock } from '../../../../services/runtime/clock.ts';
import type { ProgressSnapshot } from '../../../../services/runtime/watch/progress.ts';

function snapshot(done: number, planned: number, total: number | null = 2): ProgressSnapshot {
  return {
    repositories: { found: 2, total, done: 0, dropped: 1 },
    files: { planned, done },
    tallies: { answers: 12, tokens: 3_400 },
    phase: 'search',
  };
}

describe('progress', () => {
  test('shows no rate and no time left before there is something to measure', () => {
    const history = [{ atMs: 0, snapshot: snapshot(0, 0, null) }];
    expect(fileRate(history)).toBeNull();
    expect(shareDone(snapshot(0, 0, null))).toBeNull();
    expect(timeLeftMs(history)).toBeNull();
    expect(describeProgress(history)).toBe(
      '1/2+ repositories · 0/0 files · 12 answers · 3,400 tokens · search',
    );
    expect(describeProgress([])).toBe('starting');
  });

  test('computes rate and time left from the window', () => {
    const history = [
      { atMs: 0, snapshot: snapshot(0, 100) },
      { atMs: 10_000, snapshot: snapshot(20, 100) },
    ];
    expect(fileRate(history)).toBe(2);
    expect(timeLeftMs(history)).toBeCloseTo(40_000);
    expect(describeProgress(history)).toContain('2.0 files/s · 40.0 s left');
  });

  test('does not count work before a resume in the rate', () => {
    const history = [
      { atMs: 0, snapshot: snapshot(90, 100) },
      { atMs: 10_000, snapshot: snapshot(91, 100) },
    ];
    expect(fileRate(history)).toBeCloseTo(0.1);
  });

  test.each([20, 40, 80, 200])('the line fits %s columns', (columns) => {
    const history = [{ atMs: 0, snapshot: snapshot(50, 100) }];
    expect(drawProgressLine(history, columns).length).toBeLessThan(columns);
  });
});

describe('the reporter', () => {
  function report(isTTY: boolean, quiet: boolean): string {
    const written: string[] = [];
    const stream = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written.push(String(chunk));
        done();
      },
    });
    const clock = manualClock();
    const terminal = createTerminal(Object.assign(stream, { isTTY }), {});
    const reporter = createProgressReporter(terminal, quiet, clock);
    for (let done = 0; done <= 100; done += 1) {
      reporter.update(snapshot(done, 100));
      clock.advance(200);
    }
    reporter.close();
    return written.join('');
  }

  test('elsewhere writes a plain line every ten seconds, without control characters', () => {
    const lines = report(false, false).trimEnd().split('\n');
    // 20 s at one line per 10 s, the first at once.
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('\u001b');
  });

  test('on a terminal redraws one line and finally removes it', () => {
    const text = report(true, false);
    expect(text).not.toContain('\n');
    expect(text.endsWith('\r\u001b[2K')).toBe(true);
  });

  test('writes nothing when quiet', () => {
    expect(report(true, true)).toBe('');
  });
});
