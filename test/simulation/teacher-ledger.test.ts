/** The server's own ledger after many failures; `npm run soak -- teacher` plays 2,000 questions. */
import { expect, test } from 'vitest';
import { playLedger } from './teacher-ledger.ts';

test('each question ends once, nothing delivered is paid twice, and limits hold', async () => {
  const played = await playLedger(300, 1);
  const { ends, paidTwice, delivered, told, billed, booked, stops } = played;
  expect([...ends.values()].reduce((sum, count) => sum + count, 0)).toBe(300);
  expect(ends.get('answered')).toBeGreaterThan(250);
  for (const end of ends.keys()) {
    expect(['answered', 'TEACHER_REFUSED', 'TEACHER_ANSWER_INVALID']).toContain(end);
  }
  expect(paidTwice).toBe(0);
  expect(told.calls).toBe(delivered);
  expect(told.microDollars).toBe(billed);
  // Lost answers count with the most that they may have cost.
  expect(booked).toBeGreaterThanOrEqual(billed);
  expect(stops).toBeGreaterThan(0);
});
