/** A thread of the pool: scores requests one at a time and answers each by its number. */
import { parentPort, workerData } from 'node:worker_threads';
import type { ScoreRequest } from '../../ports/scorer.ts';
import { createByteScorer } from './score.ts';

export interface WorkerData {
  readonly contextBytesMax: number;
}

export interface Question {
  readonly number: number;
  readonly request: ScoreRequest;
}

export interface Reply {
  readonly number: number;
  readonly bits: readonly number[];
}

const scorer = createByteScorer((workerData as WorkerData).contextBytesMax);

parentPort?.on('message', ({ number, request }: Question) => {
  parentPort?.postMessage({ number, bits: scorer.score(request) } satisfies Reply);
});
