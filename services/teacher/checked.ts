/**
 * A teacher whose answers are checked. A failed check goes back with its reason, a bounded number
 * of times; then the answer is given up, which costs its own step and never a repository. Rewrites
 * are not asked for again, because the search asks for more of them anyway.
 */
import type { Usage } from '../../schemas/generated/types.ts';
import { requestOfPart } from '../ports/file-parts.ts';
import {
  type Answer,
  type Draft,
  noDraft,
  type PartsRequest,
  renameParts,
  type Teacher,
  type ThinkRequest,
} from '../ports/teacher.ts';
import { sumUsage } from '../ports/usage.ts';
import { PipelineError, withUsage } from '../runtime/errors.ts';
import { askUntilGood, draftOfTry, refusedBy, ungroundedCode } from './ask-until-good.ts';
import { planChecked } from './checked-plan.ts';
import {
  checksVersion,
  type Finding,
  factsOfFile,
  findProblem,
  keepFacts,
  rewriteChecks,
} from './checks/checks.ts';
import type { TeacherSettings } from './settings.ts';

type CheckSettings = Pick<TeacherSettings, 'checks' | 'mendingsMax'>;

export function checkedTeacher(teacher: Teacher, settings: CheckSettings): Teacher {
  if (settings.checks === 'off') return teacher;
  const { identity, thinkParts } = teacher;
  const { mendingsMax } = settings;
  const factsOfRewrites = keepFacts();
  return {
    ...teacher,
    // What checks let pass is part of who answers: the memo must not mix them.
    identity: { ...identity, version: `${identity.version}-c${checksVersion}.${mendingsMax}` },
    plan: (request, signal, draft = noDraft) =>
      planChecked(teacher, request, mendingsMax, { signal, draft }),
    think: (request, signal, draft = noDraft) =>
      thinkChecked(request, mendingsMax, (asked, tries) =>
        teacher.think(asked, signal, draftOfTry(draft, tries)),
      ),
    ...(thinkParts === undefined
      ? {}
      : {
          thinkParts: (request, signal, draft = noDraft) =>
            thinkPartsChecked({ think: teacher.think, thinkParts }, request, mendingsMax, {
              signal,
              draft,
            }),
        }),
    rewrite: async (request, sample, signal, draft) => {
      const { value, usage } = await teacher.rewrite(request, sample, signal, draft);
      if (value === null) return { value, usage };
      const found = findProblem(value, factsOfRewrites(request), rewriteChecks);
      if (found === null) return { value, usage };
      throw ungrounded(request.path, found, sumUsage([usage, refusedBy(found)]));
    },
  };
}

async function thinkChecked(
  request: ThinkRequest,
  mendingsMax: number,
  ask: (request: ThinkRequest, tries: number) => Promise<Answer<string>>,
): Promise<Answer<string>> {
  const facts = factsOfFile(request);
  const { value, usage, found } = await askUntilGood(mendingsMax, {
    ask: (tries, mending) => ask(mending === null ? request : { ...request, mending }, tries),
    judge: (thought) => findProblem(thought, facts),
    show: (thought) => thought,
  });
  if (found !== null) throw ungrounded(request.path, found, sumUsage([usage, refusedBy(found)]));
  return { value, usage };
}

/** Of all parts, only those whose thought fails are asked for again, each by itself. */
async function thinkPartsChecked(
  teacher: Pick<Required<Teacher>, 'think' | 'thinkParts'>,
  request: PartsRequest,
  mendingsMax: number,
  { signal, draft }: { readonly signal: AbortSignal; readonly draft: Draft },
): Promise<Answer<readonly string[]>> {
  const first = await teacher.thinkParts(request, signal, draft);
  let { usage } = first;
  const thoughts: string[] = [];
  const { parts, ...whole } = request;
  for (const [at, thought] of first.value.entries()) {
    const asked = requestOfPart(whole, parts, at + 1);
    const found = findProblem(thought, factsOfFile(asked));
    if (found === null) {
      thoughts.push(thought);
      continue;
    }
    usage = sumUsage([usage, refusedBy(found)]);
    if (mendingsMax === 0) throw ungrounded(request.path, found, usage);
    const paid = usage;
    const mending = { answer: thought, problem: found.problem };
    const own = draftOfPart(draft, at + 1);
    const mended = await thinkChecked({ ...asked, mending }, mendingsMax - 1, (again, tries) =>
      teacher.think(again, signal, draftOfTry(own, tries)),
    ).catch((error: unknown) => {
      throw withUsage(error, paid);
    });
    usage = sumUsage([usage, mended.usage]);
    thoughts.push(mended.value);
  }
  return { value: thoughts, usage };
}

function ungrounded(path: string, { check, problem }: Finding, usage: Usage): PipelineError {
  return new PipelineError(ungroundedCode, `the thought about ${path} fails ${check}: ${problem}`, {
    subject: path,
    usage,
  });
}

function draftOfPart(draft: Draft, number: number): Draft {
  return renameParts(draft, (part) => `${part} of part ${number}`);
}
