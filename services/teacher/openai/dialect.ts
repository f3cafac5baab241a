/**
 * The fields of a request that a server understands, learned from its refusals: servers differ in
 * how a limit is called, in whether they take a temperature, and in how a form is asked for. Pure.
 */
import { z } from 'zod';
import type { TeacherSettings } from '../settings.ts';
import type { ChatRequest } from './chat-request.ts';
import { namesForm } from './failures.ts';

export interface Dialect {
  readonly structured: TeacherSettings['structuredOutput'];
  readonly limitField: 'max_tokens' | 'max_completion_tokens';
  /** Fields that an answer can do without, and that this server refuses. */
  readonly omitted: readonly string[];
}

export function firstDialect({ structuredOutput }: TeacherSettings): Dialect {
  return { structured: structuredOutput, limitField: 'max_tokens', omitted: [] };
}

/** The body of a request, as this server takes it. */
export function bodyOf(
  request: ChatRequest,
  settings: TeacherSettings,
  model: string,
  dialect: Dialect,
): Record<string, unknown> & { model: string; messages: { role: string; content: string }[] } {
  return {
    model,
    messages: request.messages.map((message) => ({ ...message })),
    ...extrasOf(settings, dialect),
    [dialect.limitField]: request.tokensMax,
    ...responseFormat(dialect.structured, request),
  };
}

/** What shapes an answer and may be left out. */
function extrasOf(settings: TeacherSettings, { omitted }: Dialect): Record<string, unknown> {
  const all: Record<string, unknown> = {
    temperature: settings.temperature,
    top_p: settings.topP,
    top_k: settings.topK,
    presence_penalty: settings.presencePenalty,
    chat_template_kwargs: settings.thinking === 'off' ? { enable_thinking: false } : null,
  };
  const sent = Object.entries(all).filter(([name, value]) => {
    return value !== null && !omitted.includes(name);
  });
  return Object.fromEntries(sent);
}

/** Fields that OpenAI's own address has not got; servers of open models have. */
const foreign: readonly string[] = ['top_k', 'chat_template_kwargs'];

const simplerForm = { json_schema: 'json_object', json_object: 'none', none: null } as const;

/** The request that a server may understand after it refused one, or null if none is left. */
export function simplify(dialect: Dialect, why: string, settings: TeacherSettings): Dialect | null {
  const without = (names: readonly string[]) => {
    return { ...dialect, omitted: [...dialect.omitted, ...names] };
  };
  const says = why.toLowerCase();
  const extras = Object.keys(extrasOf(settings, dialect));
  const named = extras.filter((name) => says.includes(name));
  if (named.length > 0) return without(named);
  if (dialect.limitField === 'max_tokens' && why.includes('max_tokens')) {
    return { ...dialect, limitField: 'max_completion_tokens' };
  }
  // Nothing is named: what the fewest servers know goes first, and what is needed least last.
  const strange = extras.filter((name) => foreign.includes(name));
  if (strange.length > 0 && !namesForm(says)) return without(strange);
  const structured = simplerForm[dialect.structured];
  if (structured !== null) return { ...dialect, structured };
  return extras.length === 0 ? null : without(extras);
}

function responseFormat(structured: Dialect['structured'], request: ChatRequest) {
  if (structured === 'none') return {};
  if (structured === 'json_object') return { response_format: { type: 'json_object' as const } };
  const schema = z.toJSONSchema(request.form, { target: 'draft-7' }) as Record<string, unknown>;
  return {
    response_format: {
      type: 'json_schema' as const,
      json_schema: { name: request.formName, strict: true, schema },
    },
  };
}
