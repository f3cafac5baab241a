/** Starts the program with a scripted model, and reads from its prompts what they are about. */
import { fileURLToPath } from 'node:url';
import type { ChatMessage } from '../../../test/services/teacher/fake-openai-server.ts';
import { runTool } from '../structure/obtain/tools.ts';
import type { ScriptedModel } from './scripted-model.ts';

const launcher = fileURLToPath(new URL('../../backstory.js', import.meta.url));

/** Runs `backstory PARAMETERS --json` and returns what it prints. */
export async function runProgram(...parameters: readonly string[]): Promise<unknown> {
  return JSON.parse(await runTool(process.execPath, [launcher, ...parameters, '--json']));
}

/** The same with the scripted model as teacher. */
export function runScripted(
  { baseUrl }: ScriptedModel,
  ...parameters: readonly string[]
): Promise<unknown> {
  const knobs = ['teacher.kind=openai', 'teacher.model=m', `teacher.baseUrl=${baseUrl}`];
  return runProgram(...parameters, ...knobs.flatMap((knob) => ['--set', knob]));
}

/** The file; null of a plan. */
export function pathOf(messages: readonly ChatMessage[]): string | null {
  return /<task \w+>\nfile: (.*)/.exec(messages[1]?.content ?? '')?.[1] ?? null;
}
