/**
 * The teacher without an endpoint: every call goes to whoever estimates it, or gathers it for a
 * batch, with the same prompts as in a run.
 */
import type { Teacher } from '../../ports/teacher.ts';
import type { OfflineAnswer, UnmadeCall } from '../adapter.ts';
import type { TeacherSettings } from '../settings.ts';
import { bytesOf } from './chat-request.ts';
import { bodyOf, firstDialect } from './dialect.ts';
import { teacherOver } from './openai.ts';

export function offlineTeacher(
  settings: TeacherSettings,
  answer: (call: UnmadeCall) => Promise<OfflineAnswer>,
): Teacher {
  const chat = async (request: Parameters<Parameters<typeof teacherOver>[1]>[0]) =>
    answer({
      id: request.id,
      repository: request.repository,
      formName: request.formName,
      promptBytes: bytesOf(request),
      body: bodyOf(request, settings, settings.model, firstDialect(settings)),
      sketch: request.sketch,
    });
  return teacherOver(settings, chat, async () => ({ problem: null, remark: null }));
}
