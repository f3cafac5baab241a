/** The thread that reads logs of runs, as the main loop asks it. */
import type { RunFunnel } from '../../dataset/run-log/funnel.ts';
import type { RepositoryJourney } from '../../dataset/run-log/journey.ts';
import type { FromLog } from '../../dataset/run-log/run-log.ts';
import { openThreads } from '../../runtime/threads.ts';
import type { LogAnswer, LogQuestion } from './log-thread.ts';

export interface LogThread {
  funnel(runFolder: string | null): Promise<FromLog<RunFunnel>>;
  journey(runFolder: string | null, repositoryId: string): Promise<FromLog<RepositoryJourney>>;
  close(): Promise<void>;
}

export function openLogThread(): LogThread {
  const threads = openThreads<LogQuestion, LogAnswer>({
    module: new URL('./log-thread.ts', import.meta.url),
    data: null,
    threadsMax: 1,
    name: 'reader of logs',
    died: (cause) => new Error(`the thread that reads logs ended: ${cause.message}`),
  });
  return {
    funnel: async (runFolder) =>
      (await threads.ask({ runFolder, repositoryId: null })) as FromLog<RunFunnel>,
    journey: async (runFolder, repositoryId) =>
      (await threads.ask({ runFolder, repositoryId })) as FromLog<RepositoryJourney>,
    close: () => threads.close(),
  };
}
