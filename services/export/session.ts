/**
 * A document as the messages of an agent's session: what is thought stands before what is said or
 * done, reads and writes are calls of tools, and what was read answers its call. Pure.
 */
import type { TextSegment, TurnRole } from '../../schemas/trajectory-text.ts';

export interface SessionMessage {
  readonly role: TurnRole;
  readonly content: string;
  readonly reasoningContent?: string;
  readonly toolCalls?: readonly ToolCall[];
  /** The call that a tool's message answers. */
  readonly toolCallId?: string;
}

interface ToolCall {
  readonly id: string;
  /** The arguments are JSON in a string. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export function sessionMessages(segments: readonly TextSegment[]): SessionMessage[] {
  const messages: SessionMessage[] = [];
  let thoughts: string[] = [];
  let calls = 0;
  const act = (content: string, more: Pick<SessionMessage, 'toolCalls'> = {}) => {
    const thought = thoughts.length === 0 ? {} : { reasoningContent: thoughts.join('\n') };
    thoughts = [];
    messages.push({ role: 'assistant', content, ...thought, ...more });
  };
  const hear = (message: SessionMessage) => {
    if (thoughts.length > 0) act('');
    messages.push(message);
  };
  for (const segment of segments) {
    const { kind, body } = segment;
    if (kind === 'task' || kind === 'file') hear({ role: 'user', content: body });
    else if (kind === 'requirements' || kind === 'think') thoughts.push(body);
    else if (kind === 'plan') act(body);
    else if (kind === 'done') act('done');
    else if (kind === 'observe') {
      hear({ role: 'tool', content: body, toolCallId: callId(calls) });
    } else if (kind === 'read' || kind === 'write') {
      calls += 1;
      act('', { toolCalls: [callOf(segment, calls)] });
    }
  }
  return messages;
}

function callOf({ kind, path, lines, body }: TextSegment, number: number): ToolCall {
  const place = { path, ...(lines === null ? {} : { lines }) };
  const given = kind === 'write' ? { ...place, content: body } : place;
  return { id: callId(number), function: { name: kind, arguments: JSON.stringify(given) } };
}

function callId(number: number): string {
  return `call-${number}`;
}
