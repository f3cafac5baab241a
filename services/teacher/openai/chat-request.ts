/** One call as its caller sees it: what is asked, and what comes back. */
import type { z } from 'zod';
import type { Usage } from '../../../schemas/generated/types.ts';

export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly Message[];
  readonly form: z.ZodType;
  readonly formName: string;
  readonly tokensMax: number;
  readonly limitKnob: LimitKnob;
  /** Names the answer in the memo: no other request has this id. */
  readonly id: string;
  /** The repository that it is about; its cost counts against the repository's budget. */
  readonly repository: string;
  /** A likely answer, for who only estimates. */
  readonly sketch: unknown;
}

/** The knobs that limit an answer. */
export type LimitKnob = 'planTokensMax' | 'thinkTokensMax';

export interface ChatAnswer {
  readonly text: string;
  readonly usage: Usage;
  /** The answer ended at the token limit. */
  readonly cut: boolean;
}

export type Chat = (request: ChatRequest, signal: AbortSignal) => Promise<ChatAnswer>;

/** Bytes of all messages. */
export function bytesOf({ messages }: Pick<ChatRequest, 'messages'>): number {
  return messages.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0);
}
