/**
 * The grounded teacher: writes requirements, plan and thoughts by rule from names, signatures,
 * documentation and visible code. It is not a language model and says so; it costs nothing.
 */
import type { ModelIdentity, Usage } from '../../../schemas/generated/types.ts';
import { requestOfPart } from '../../ports/file-parts.ts';
import type { Answer, Teacher } from '../../ports/teacher.ts';
import { noUsage } from '../../ports/usage.ts';
import { writeArchitecture } from './architecture.ts';
import { purposeOfModule } from './module-purpose.ts';
import { purposeOf } from './purpose.ts';
import { writeRequirements } from './requirements.ts';
import { rewriteThought } from './rewrite.ts';
import { writeThought } from './thought.ts';

/** Raised when any wording changes, because the memo and provenance go by it. */
export const groundedIdentity: ModelIdentity = {
  name: 'grounded',
  version: '7',
  model: null,
  languageModel: false,
};

const free: Usage = { ...noUsage, calls: 1 };

function answer<Value>(value: Value): Answer<Value> {
  return { value, usage: free };
}

export function openGrounded(): Teacher {
  return {
    identity: groundedIdentity,
    plan: async (request) =>
      answer({
        requirements: writeRequirements(request),
        architecture: writeArchitecture(request),
        modules: request.modules.map((module, position) => ({
          module: position,
          purpose: purposeOfModule(module, request),
        })),
        purposes: request.files.map((file) => ({
          path: file.path,
          purpose: purposeOf(file, request),
        })),
      }),
    think: async (request) => answer(writeThought(request)),
    thinkParts: async ({ parts, ...request }) =>
      answer(parts.map((_span, at) => writeThought(requestOfPart(request, parts, at + 1)))),
    rewrite: async (request) => answer(rewriteThought(request)),
    check: async () => null,
  };
}
