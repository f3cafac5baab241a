/**
 * The fields of a request that a server understands, learned from its refusals: servers differ in
 * how a limit is called, in whether they take a temperature, and in how a form is asked for. Pure.
 */
import { z } from 'zod';
import type { TeacherSettings } from '../settings.ts';
import type { ChatRequest } from './chat-request.ts';

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
  const { temperature, thinking } = settings;
  const all: Record<string, unknown> = {
    ...(temperature === null ? {} : { temperature }),
    ...(thinking === 'off' ? { chat_template_kwargs: { enable_thinking: false } } : {}),
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => !omitted.includes(name)));
}

const simplerForm = { json_schema: 'json_object', json_object: 'none', none: null } as const;

/** The request that a server may understand after it refused one, or null if none is left. */
export function simplify(dialect: Dialect, why: string, settings: TeacherSettings): Dialect | null {
  const extras = Object.keys(extrasOf(settings, dialect));
  const named = extras.filter((name) => why.toLowerCase().includes(name));
  if (named.length > 0) return { ...dialect, omitted: [...dialect.omitted, ...named] };
  if (dialect.limitField === 'max_tokens' && why.includes('max_tokens')) {
    return { ...dialect, limitField: 'max_completion_tokens' };
  }
  const structured = simplerForm[dialect.structured];
  if (structured !== null) return { ...dialect, structured };
  // Nothing is named, and no form is left: what is not needed goes last.
  return extras.length === 0 ? null : { ...dialect, omitted: [...dialect.omitted, ...extras] };
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
