/** Finds a value that a knob accepts, for the message about one that it does not. Pure. */
import { z } from 'zod';

/** What Zod says of a knob, as far as examples need it. */
interface Form {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Form[];
  readonly items?: Form;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
}

/** A text for `--set`, most telling first; null where none is known to be valid. */
export function exampleOf(knob: z.ZodType, read: (text: string) => unknown): string | null {
  const form = z.toJSONSchema(knob, { io: 'input', unrepresentable: 'any' }) as Form;
  const forms = form.anyOf ?? [form];
  // Where a type says too little, the knob's own metadata brings an example.
  const named = knob.meta()?.example;
  const texts = [
    ...(typeof named === 'string' ? [named] : []),
    ...forms.flatMap(textsOf),
    textOf(form.default),
  ];
  const valid = texts.filter((text) => text !== '' && knob.safeParse(read(text)).success);
  // Of a choice each kind is worth showing: a word and a list, a number and null.
  const shown = [...new Set(valid)].slice(0, form.anyOf === undefined ? 1 : 3);
  return shown.length === 0 ? null : shown.join(' or ');
}

function textsOf(form: Form): string[] {
  if (form.const !== undefined) return [textOf(form.const)];
  if (form.enum !== undefined) return [form.enum.map(textOf).join(' ').split(' ')[0] ?? ''];
  if (form.type === 'array') return (textsOf(form.items ?? {})[0] ?? 'a').split('\n').map(list);
  if (form.type === 'boolean') return ['true'];
  if (form.type === 'null') return ['null'];
  if (form.type === 'integer' || form.type === 'number') return numbers(form);
  return form.type === 'string' ? ['name'] : [];
}

const list = (each: string) => `[${each}]`;

function numbers({ minimum, exclusiveMinimum, default: usual }: Form): string[] {
  const least = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 1;
  return [usual, least, 1].filter((each) => typeof each === 'number').map(String);
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
