/** `schemas/reference/knobs.md`: every knob with its type, default and reason, out of Zod. */
import { z } from 'zod';
import { sections } from '../../../services/registry.ts';
import { environmentName } from '../../../services/runtime/config/resolve.ts';
import { code, markdownTable } from '../markdown.ts';

/** A knob's JSON schema from Zod, with the metadata of `operational` and `input`. */
interface KnobSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly KnobSchema[];
  readonly items?: KnobSchema;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly operational?: boolean;
  readonly input?: boolean;
}

const head = `# Knobs

Set by a flag over the environment (${code(environmentName('search.iterations'))}) over \`backstory.yaml\` over the default.
_Another value changes_ **the output's bytes**: an output cannot be resumed with it, so begin another one; or **the input**:
a resumed run compares it too; or **only how it runs**: speed, patience and places, never a byte of the output.`;

export function knobsPage(): string {
  const parts = Object.entries(sections).map(([section, schema]) => {
    const rows = Object.entries(schema.shape).map(([knob, type]) => {
      // The form that people write; the output form hides that a default makes a knob optional.
      const facts = z.toJSONSchema(type, { io: 'input' }) as KnobSchema;
      return [
        code(knob),
        typeOf(facts),
        code(JSON.stringify(facts.default)),
        changes(facts),
        facts.description ?? '',
      ];
    });
    const table = markdownTable([
      ['knob', 'type', 'default', 'another value changes', 'what it does'],
      ...rows,
    ]);
    return `## ${section}\n\n${table}`;
  });
  return `${[head, ...parts].join('\n\n')}\n`;
}

function changes({ operational, input }: KnobSchema): string {
  if (operational === true) return 'only how it runs';
  return input === true ? 'the input' : "the output's bytes";
}

function typeOf(facts: KnobSchema): string {
  if (facts.anyOf !== undefined) return facts.anyOf.map(typeOf).join(' or ');
  if (facts.enum !== undefined) return facts.enum.map(code).join(' ');
  if (facts.type === 'array') return `list of ${typeOf(facts.items ?? {})}`;
  if (facts.type === 'integer' || facts.type === 'number') return `${facts.type}${rangeOf(facts)}`;
  if (facts.pattern !== undefined) return `string ${code(facts.pattern)}`;
  return facts.type ?? 'any';
}

/** The bounds from the code, without the largest safe integer, which Zod adds by itself. */
function rangeOf({ type, minimum, exclusiveMinimum, maximum }: KnobSchema): string {
  const above = type === 'integer' ? Number(exclusiveMinimum) + 1 : `>${exclusiveMinimum}`;
  const low = exclusiveMinimum === undefined ? minimum : above;
  const high = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low === undefined && high === undefined) return '';
  return ` ${low ?? ''}…${high ?? ''}`;
}
