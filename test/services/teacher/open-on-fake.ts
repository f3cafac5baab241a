/** The OpenAI adapter on a server of its own, which ends with the test. */
import { onTestFinished } from 'vitest';
import { manualClock } from '../../../services/runtime/clock.ts';
import { type TeacherKnobs, teacherKnobs } from '../../../services/teacher/config.ts';
import { openLive } from '../../../services/teacher/openai/live.ts';
import { type FakeOpenAiOptions, startFakeOpenAi } from './fake-openai-server.ts';

interface Further {
  readonly apiKey?: string;
  /** In place of chance; by default a half. */
  readonly random?: () => number;
}

export async function openOnFake(
  options: FakeOpenAiOptions = {},
  knobs: Partial<TeacherKnobs> = {},
  { random = () => 0.5, ...environment }: Further = {},
) {
  const server = await startFakeOpenAi(options);
  onTestFinished(() => server.close());
  const clock = manualClock();
  const where = { kind: 'openai', baseUrl: server.baseUrl, model: 'fake-model' };
  const settings = teacherKnobs.parse({ ...where, ...knobs });
  return { teacher: await openLive(settings, environment, clock, random), clock, server };
}
