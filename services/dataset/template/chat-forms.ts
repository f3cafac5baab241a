/**
 * How families of models write a conversation: the control tokens and the text around each turn.
 * The control tokens of a vocabulary decide which form it uses. Pure data.
 */
import type { TurnRole } from '../../../schemas/trajectory-text.ts';

/** A control token by its name, or text that belongs to the form and not to the trajectory. */
export type FormMark = { readonly control: string } | { readonly text: string };

export interface ChatForm {
  readonly name: string;
  /** Stands before the first turn. */
  readonly beginning: readonly FormMark[];
  readonly opening: (roleName: string) => readonly FormMark[];
  readonly closing: readonly FormMark[];
  /** What the form calls each role. */
  readonly roleNames: Readonly<Record<TurnRole, string>>;
}

/** Qwen and others; Qwen puts tool results in turns of the user. */
const chatml: ChatForm = {
  name: 'chatml',
  beginning: [],
  opening: (roleName) => [{ control: '<|im_start|>' }, { text: `${roleName}\n` }],
  closing: [{ control: '<|im_end|>' }, { text: '\n' }],
  roleNames: { system: 'system', user: 'user', assistant: 'assistant', tool: 'user' },
};

/** Llama 3 and later 3.x; `ipython` is their role for tool results. */
const llama3: ChatForm = {
  name: 'llama3',
  beginning: [{ control: '<|begin_of_text|>' }],
  opening: (roleName) => [
    { control: '<|start_header_id|>' },
    { text: roleName },
    { control: '<|end_header_id|>' },
    { text: '\n\n' },
  ],
  closing: [{ control: '<|eot_id|>' }],
  roleNames: { system: 'system', user: 'user', assistant: 'assistant', tool: 'ipython' },
};

/** In the order in which they are tried. */
export const chatForms: readonly ChatForm[] = [chatml, llama3];

/** The control tokens without which the form cannot be written. */
export function controlsOf({ beginning, opening, closing }: ChatForm): string[] {
  const marks = [...beginning, ...opening(''), ...closing];
  return marks.flatMap((mark) => ('control' in mark ? [mark.control] : []));
}
