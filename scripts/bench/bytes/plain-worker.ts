/** A thread of the `bytes` scorer with the plain model, as it was before there was a kernel. */
import { workerData } from 'node:worker_threads';
import { answerQuestions } from '../../../services/runtime/thread.ts';
import { createByteScorer } from '../../../services/scorer/bytes/score.ts';
import type { WorkerData, WorkerQuestion } from '../../../services/scorer/bytes/worker.ts';
import { PlainByteModel } from '../../../test/services/scorer/bytes/plain-model.ts';

const { contextBytesMax } = workerData as WorkerData;
const scorer = createByteScorer(contextBytesMax, new PlainByteModel());

answerQuestions(({ tokens, ...request }: WorkerQuestion) =>
  tokens ? scorer.scoreTokens(request) : scorer.score(request),
);
