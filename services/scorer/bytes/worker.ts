/** A thread of the `bytes` scorer: scores requests one at a time. */
import { workerData } from 'node:worker_threads';
import type { ScoreRequest } from '../../ports/scorer.ts';
import { answerQuestions } from '../../runtime/thread.ts';
import { createByteScorer } from './score.ts';

export interface WorkerData {
  readonly contextBytesMax: number;
}

/** Whether bits are wanted per token, or only their sum. */
export interface WorkerQuestion extends ScoreRequest {
  readonly tokens: boolean;
}

const scorer = createByteScorer((workerData as WorkerData).contextBytesMax);

answerQuestions(({ tokens, ...request }: WorkerQuestion) =>
  tokens ? scorer.scoreTokens(request) : scorer.score(request),
);
