/** The forms of answers, and how an answer's text is parsed. Nothing is stripped silently. */
import { z } from 'zod';

/** Plain text that survives UTF-8: not empty, no NUL, no lone surrogates. */
const plainText = z
  .string()
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => !text.includes('\0'), 'must not contain NUL')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

export const planAnswer = z.object({ requirements: plainText, architecture: plainText });
export const purposesAnswer = z.object({
  purposes: z.array(z.object({ path: z.string(), purpose: plainText })),
});
export const thoughtAnswer = z.object({ thought: plainText });

export type Parsed<Value> = { readonly value: Value } | { readonly problem: string };

/** Finds the object in an answer: models wrap it in fences or reasoning even when told not to. */
export function parseAnswer<Value>(text: string, form: z.ZodType<Value>): Parsed<Value> {
  const after = text.split('</think>').at(-1) ?? '';
  const start = after.indexOf('{');
  const end = after.lastIndexOf('}');
  if (start < 0 || end < start) return { problem: 'the answer holds no JSON object' };
  let value: unknown;
  try {
    value = JSON.parse(after.slice(start, end + 1));
  } catch (error) {
    return { problem: `the answer is not valid JSON: ${(error as Error).message}` };
  }
  const result = form.safeParse(value);
  return result.success ? { value: result.data } : { problem: z.prettifyError(result.error) };
}
