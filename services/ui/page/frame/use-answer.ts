/** An answer of the server for a view: asked again when its parameters or the output change. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../../api.ts';
import { ask } from './ask.ts';
import { Refused } from './refused.ts';
import type { Parameters } from './route.ts';
import { edition, editionOf, outputs } from './state.ts';

export interface Answered<Value> {
  /** The last answer; it stays while a newer one is on its way. */
  readonly value: Value | null;
  readonly problem: Problem | null;
  readonly asking: boolean;
}

/** `state` changes when the answer may have; by default when the output did. */
export function useAnswer<Value>(
  question: string | null,
  parameters: Parameters,
  state: string = edition.value,
): Answered<Value> {
  const [answered, setAnswered] = useState<Answered<Value>>({
    value: null,
    problem: null,
    asking: true,
  });
  const key = JSON.stringify([question, parameters, state]);
  useEffect(() => {
    if (question === null) return;
    let wanted = true;
    setAnswered((before) => ({ ...before, asking: true }));
    ask<Value>(question, parameters).then(
      (value) => {
        if (wanted) setAnswered({ value, problem: null, asking: false });
      },
      (error: unknown) => {
        const problem = problemOf(error);
        if (wanted) setAnswered({ value: null, problem, asking: false });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key]);
  return answered;
}

/**
 * As `useAnswer`, about what stays as it is once it is settled: it is asked for again while it is
 * not, and when samples leave the output. So a data set that grows costs its readers nothing.
 */
export function useSettled<Value>(
  question: string | null,
  parameters: Parameters,
  isSettled: (value: Value) => boolean,
): Answered<Value> {
  const out = Number(parameters.out ?? 0);
  const optOuts = outputs.value[out]?.optOuts ?? '';
  const held = useRef({ optOuts, edition: editionOf(out) });
  const settled = useRef(false);
  if (!settled.current || held.current.optOuts !== optOuts) {
    held.current = { optOuts, edition: editionOf(out) };
  }
  const answered = useAnswer<Value>(question, parameters, held.current.edition);
  settled.current = answered.value !== null && isSettled(answered.value);
  return answered;
}

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  return { code: 'INTERNAL', message: String(error), subject: null };
}
