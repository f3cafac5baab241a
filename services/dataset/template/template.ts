/**
 * A template bound to a vocabulary: the tokens around a document and its turns. `tags` adds only
 * the end of text; `chat` uses the form that fits the vocabulary's own control tokens. Pure.
 */
import type { MaskingName, TemplateName, TurnRole } from '../../../schemas/trajectory-text.ts';
import { PipelineError } from '../../runtime/errors.ts';
import { sha256 } from '../../runtime/ids.ts';
import { type ChatForm, chatForms, controlsOf, type FormMark } from './chat-forms.ts';

/** A control token, or text around a turn that is no part of the trajectory. */
export type Mark = { readonly id: number } | { readonly text: string };

export interface Turns {
  readonly opening: Readonly<Record<TurnRole, readonly Mark[]>>;
  readonly closing: readonly Mark[];
  readonly roleNames: ChatForm['roleNames'];
}

export interface Template {
  readonly name: TemplateName;
  /** Name of the chat form, or `plain text`, to show to people. */
  readonly form: string;
  readonly beginning: readonly Mark[];
  /** Null if a document is one text without turns. */
  readonly turns: Turns | null;
  readonly endOfText: number;
  /**
   * Whether the end of text is trained. Without turns it is the only sign that a document is
   * complete. With turns, the end of the last turn is that sign, and the end of text only separates
   * documents.
   */
  readonly endOfTextTrained: boolean;
}

export interface ControlToken {
  readonly id: number;
  readonly content: string;
}

/** Throws TOKENIZER_UNSUPPORTED if the vocabulary has the control tokens of no known form. */
export function openTemplate(
  name: TemplateName,
  control: readonly ControlToken[],
  endOfText: number,
  subject: string,
): Template {
  if (name === 'tags') {
    const form = 'plain text';
    return { name, form, beginning: [], turns: null, endOfText, endOfTextTrained: true };
  }
  const ids = new Map(control.map((token) => [token.content, token.id]));
  const form = chatForms.find((candidate) => controlsOf(candidate).every((text) => ids.has(text)));
  if (form === undefined) throw noForm(subject);
  const bind = (marks: readonly FormMark[]): Mark[] =>
    marks.map((mark) => ('text' in mark ? mark : { id: ids.get(mark.control) ?? -1 }));
  const opening = (role: TurnRole) => bind(form.opening(form.roleNames[role]));
  return {
    name,
    form: form.name,
    beginning: bind(form.beginning),
    turns: {
      opening: {
        system: opening('system'),
        user: opening('user'),
        assistant: opening('assistant'),
        tool: opening('tool'),
      },
      closing: bind(form.closing),
      roleNames: form.roleNames,
    },
    endOfText,
    endOfTextTrained: false,
  };
}

/**
 * Hash of everything that decides which ids and masks a document gets. For the defaults it is the
 * vocabulary's own fingerprint, so that outputs older than this choice keep theirs.
 */
export function outputFingerprint(
  vocabulary: string,
  template: Template,
  masking: MaskingName,
): string {
  if (template.name === 'tags' && masking === 'segments') return vocabulary;
  return sha256(JSON.stringify([vocabulary, template, masking]));
}

function noForm(subject: string): PipelineError {
  const forms = chatForms.map((form) => `${form.name} needs ${controlsOf(form).join(' ')}`);
  return new PipelineError(
    'TOKENIZER_UNSUPPORTED',
    `tokenizer ${subject} has the control tokens of no known chat form (${forms.join('; ')}); it can do sink.template=tags`,
    { subject },
  );
}
