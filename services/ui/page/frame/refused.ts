/** What a question was refused with. */
import type { Problem } from '../../api.ts';

export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}
