/**
 * Steps of which checks refused answers: how many, how often, and in how many of them the teacher
 * was given up. Counts come from an output, so only known checks become groups. Pure.
 */
import type { SampleOverview } from '../dataset/samples.ts';
import { checks } from '../teacher/checks/checks.ts';

/** A step is a plan, or the thoughts of a file. */
export interface RefusedSteps {
  /** `other`: none that this program knows. */
  readonly check: string;
  readonly steps: number;
  /** Answers that it refused, all steps together. */
  readonly answers: number;
  /** Steps among these that ended without what was asked for. */
  readonly givenUp: number;
}

export interface RefusalMeasure {
  add(overview: Pick<SampleOverview, 'refused' | 'lacks'>): void;
  /** The check that refused most first. */
  report(): readonly RefusedSteps[];
}

export function createRefusals(): RefusalMeasure {
  const groups = new Map<string, RefusedSteps>();
  return {
    add: ({ refused, lacks }) => {
      const lacking = new Set(
        lacks
          .filter(({ reason }) => reason.startsWith('TEACHER_UNGROUNDED:'))
          .map(({ path }) => path),
      );
      for (const { path, checks: counts } of refused) {
        for (const [name, answers] of Object.entries(counts)) {
          const check = Object.hasOwn(checks, name) ? name : 'other';
          const known = groups.get(check) ?? { check, steps: 0, answers: 0, givenUp: 0 };
          groups.set(check, {
            check,
            steps: known.steps + 1,
            answers: known.answers + answers,
            givenUp: known.givenUp + Number(lacking.has(path)),
          });
        }
      }
    },
    report: () =>
      [...groups.values()].sort((a, b) => b.answers - a.answers || (a.check < b.check ? -1 : 1)),
  };
}
