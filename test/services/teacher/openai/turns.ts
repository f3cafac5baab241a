/** What a scripted server does at a request, and rows of it with what is right. */
import type { LoggedRequest, Turn } from '../fake-openai-server.ts';

export type Knobs = Readonly<Record<string, unknown>>;

export const thought = '{"thought": "t"}';
export const answers = (text: string): Turn => ({ kind: 'text', text });
export const body = (sent: unknown): Turn => ({ kind: 'body', body: sent });
export const message = (fields: object, more: object = {}): Turn =>
  body({ choices: [{ message: fields, finish_reason: 'stop', ...more }] });
export const failed = (
  status: number,
  error: object,
  headers: Record<string, string> = {},
): Turn => ({
  kind: 'raw',
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({ error }),
});
export const raw = (
  sent: string | Buffer,
  headers: Record<string, string>,
  status = 200,
): Turn => ({
  kind: 'raw',
  status,
  headers,
  body: sent,
});
export const json = { 'content-type': 'application/json' };
export const whole = JSON.stringify({ choices: [{ message: { content: thought } }] });
/** Refuses the request while it has a field. */
export const without = (field: string, refusal: string): Turn =>
  ({
    kind: 'by',
    turn: (sent: LoggedRequest['body']) =>
      sent[field] === undefined ? answers(thought) : failed(400, { message: refusal }),
  }) as const;

export type Right = {
  /** The thought, where there is one. */
  readonly value?: string;
  readonly code?: string;
  readonly says?: RegExp;
  /** Calls made. */
  readonly calls: number;
  readonly waitedMs?: number;
  readonly tokens?: readonly [prompt: number, completion: number];
};
export type Row = readonly [what: string, schedule: readonly Turn[], right: Right, knobs?: Knobs];

export const good = { value: 't', calls: 1 };
export const repaired = { calls: 2 };
