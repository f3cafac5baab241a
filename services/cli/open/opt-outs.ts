/**
 * The opt-outs that hold for a run: the rules of the knob, with the lists that it names read, and
 * those that the output holds already, so that a resumed run refuses them without being told.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readOptOuts } from '../../dataset/opt-out/generations.ts';
import { parseOptOutList, parseOptOutRule } from '../../dataset/opt-out/rules.ts';
import type { ResolvedValues } from '../../registry.ts';
import { PipelineError } from '../../runtime/errors.ts';
import type { ObjectStore } from '../../runtime/store/objects/object-store.ts';

/** Rules in the place of the lists that the knob names; CONFIG_INVALID names what is wrong. */
export async function readOptOutKnob(
  values: ResolvedValues,
  workingFolder: string,
): Promise<ResolvedValues> {
  const rules: string[] = [];
  for (const item of values.admit.optOut) {
    if (item.startsWith('@')) rules.push(...(await readList(item.slice(1), workingFolder)));
    else rules.push(parseOptOutRule(item, 'admit.optOut').text);
  }
  return withRules(values, rules);
}

async function readList(name: string, workingFolder: string): Promise<string[]> {
  try {
    const text = await readFile(resolve(workingFolder, name), 'utf8');
    return parseOptOutList(text, name).map((rule) => rule.text);
  } catch (error) {
    if (error instanceof PipelineError) throw error;
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new PipelineError('CONFIG_INVALID', `admit.optOut names ${name}: ${code}`, {
      subject: 'admit.optOut',
      cause: error,
    });
  }
}

/** Also those that the output holds. */
export async function withOptOutsOf(
  values: ResolvedValues,
  objects: ObjectStore,
): Promise<ResolvedValues> {
  const { rules } = await readOptOuts(objects);
  return withRules(values, [...values.admit.optOut, ...rules.map(({ text }) => text)]);
}

function withRules(values: ResolvedValues, rules: readonly string[]): ResolvedValues {
  return { ...values, admit: { ...values.admit, optOut: [...new Set(rules)].sort() } };
}
