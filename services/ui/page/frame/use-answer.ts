/** An answer of the server for a view: asked again when its parameters or the output change. */
import { useEffect, useState } from 'preact/hooks';
import type { Problem } from '../../api.ts';
import { ask } from './ask.ts';
import { Refused } from './refused.ts';
import type { Parameters } from './route.ts';
import { edition } from './state.ts';

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

export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return error.problem;
  return { code: 'INTERNAL', message: String(error), subject: null };
}
