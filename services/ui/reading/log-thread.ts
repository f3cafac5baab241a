/** Reads logs of runs beside the main loop: SQLite answers while everything else waits. */
import { type RunFunnel, readFunnel } from '../../dataset/run-log/funnel.ts';
import { type RepositoryJourney, readJourney } from '../../dataset/run-log/journey.ts';
import type { FromLog } from '../../dataset/run-log/run-log.ts';
import { answerQuestions } from '../../runtime/thread.ts';

export interface LogQuestion {
  readonly runFolder: string | null;
  /** Of one repository, or of the whole run. */
  readonly repositoryId: string | null;
}

export type LogAnswer = FromLog<RunFunnel> | FromLog<RepositoryJourney>;

answerQuestions<LogQuestion, LogAnswer>(({ runFolder, repositoryId }) =>
  repositoryId === null ? readFunnel(runFolder) : readJourney(runFolder, repositoryId),
);
