/**
 * Lays a trajectory out as control tokens and texts and says which of them are trained (I2). An
 * assistant turn is trained together with the control token that ends it, because the model must
 * learn to write that token, unless the turn ends with a masked write; the caller of a model writes
 * every other mark. Pure.
 */
import {
  type MaskingName,
  type SegmentKind,
  turnRole,
} from '../../../../schemas/trajectory-text.ts';
import type { Mark, Template } from '../../../dataset/template/template.ts';

export interface Part {
  readonly mark: Mark;
  readonly trained: boolean;
  /** Which segment it belongs to; marks around a turn belong to its first and its last. */
  readonly segment: number;
  readonly at: 'opening' | 'content' | 'closing';
}

/** Parts that are tokenized together: texts, or one control token. */
export type Run = readonly Part[];

export interface RenderedSegment {
  readonly kind: SegmentKind;
  readonly trained: boolean;
}

export interface Rendering {
  readonly segments: readonly RenderedSegment[];
  readonly runs: readonly Run[];
}

/** `texts` are the texts of the segments, in order. */
export function renderDocument(
  segments: readonly RenderedSegment[],
  texts: readonly string[],
  template: Template,
  masking: MaskingName,
): Rendering {
  return { segments, runs: groupParts(listParts(segments, texts, template), masking) };
}

/** The texts to be tokenized, in order. */
export function textsOf({ runs }: Rendering): string[] {
  return runs.filter(isText).map((run) => run.map(({ mark }) => textOf(mark)).join(''));
}

export function isText(run: Run): boolean {
  return run[0] !== undefined && 'text' in run[0].mark;
}

export function textOf(mark: Mark): string {
  return 'text' in mark ? mark.text : '';
}

function listParts(
  segments: readonly RenderedSegment[],
  texts: readonly string[],
  template: Template,
): Part[] {
  const { turns } = template;
  const last = segments.length - 1;
  const parts = markParts(template.beginning, 0, 'opening');
  for (const [segment, { kind, trained }] of segments.entries()) {
    const role = turnRole(kind);
    const before = segments[segment - 1]?.kind;
    const after = segments[segment + 1]?.kind;
    if (turns !== null && (before === undefined || turnRole(before) !== role)) {
      parts.push(...markParts(turns.opening[role], segment, 'opening'));
    }
    const mark = { text: texts[segment] ?? '' };
    parts.push({ mark, trained, segment, at: 'content' });
    if (turns !== null && (after === undefined || turnRole(after) !== role)) {
      const ends = role === 'assistant' && trained;
      parts.push(...markParts(turns.closing, segment, 'closing', ends));
    }
  }
  const end = { id: template.endOfText };
  parts.push({ mark: end, trained: template.endOfTextTrained, segment: last, at: 'closing' });
  return parts;
}

function markParts(
  marks: readonly Mark[],
  segment: number,
  at: Part['at'],
  controlTrained = false,
): Part[] {
  return marks.map((mark) => ({ mark, trained: controlTrained && 'id' in mark, segment, at }));
}

function groupParts(parts: readonly Part[], masking: MaskingName): Run[] {
  const runs: Part[][] = [];
  let open: Part[] | null = null;
  for (const part of parts) {
    const text = 'text' in part.mark;
    if (text && open !== null && masking === 'joint') {
      open.push(part);
      continue;
    }
    const run = [part];
    runs.push(run);
    open = text ? run : null;
  }
  return runs;
}
