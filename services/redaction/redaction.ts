/**
 * Replaces parts of a text by placeholders. Redaction happens only here, so that all later stages
 * see the same bytes (I8). Lines never move: a part that spans lines is replaced line by line.
 */
import { compareText } from '../../schemas/compare-text.ts';

/**
 * The placeholder for each kind and number. E-mail and IP placeholders are reserved (RFC 2606, RFC
 * 5737, RFC 3849), so that code that validates their form still accepts them.
 */
const placeholderForms = {
  secret: (number: number) => `<SECRET_${number}>`,
  email: (number: number) => `user-${number}@example.com`,
  address: (number: number) => `192.0.2.${((number - 1) % 254) + 1}`,
  address6: (number: number) => `2001:db8::${number.toString(16)}`,
};

export type FindingKind = keyof typeof placeholderForms;

/** A part to replace, in UTF-16 units of the text; equal parts of a kind share a placeholder. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  readonly kind: FindingKind;
  readonly rule: string;
  /** The value in its plain spelling, where the text spells it in one of several ways. */
  readonly plain?: string;
  /** How the text spells the `@` of an address; its placeholder gets the same. */
  readonly at?: string;
  /** The same for its dots. */
  readonly dot?: string;
}

export function secret(start: number, end: number, rule: string): Finding {
  return { start, end, kind: 'secret', rule };
}

/** Counts of findings by kind, all zero. */
export function noFindings(): Record<FindingKind, number> {
  return { secret: 0, email: 0, address: 0, address6: 0 };
}

/** Gives equal values equal placeholders, numbered by first appearance in the repository. */
export interface Placeholders {
  of(kind: FindingKind, value: string): string;
}

export function createPlaceholders(): Placeholders {
  const numbers = new Map<string, number>();
  const counts = noFindings();
  return {
    of: (kind, value) => {
      const key = `${kind} ${value}`;
      let number = numbers.get(key);
      if (number === undefined) {
        counts[kind] += 1;
        number = counts[kind];
        numbers.set(key, number);
      }
      return placeholderForms[kind](number);
    },
  };
}

export interface Redacted {
  readonly text: string;
  readonly redactions: number;
  /** Replaced parts by kind; a kind without any is left out. */
  readonly kinds: Readonly<Record<string, number>>;
}

export function redact(
  text: string,
  findings: readonly Finding[],
  placeholders: Placeholders,
): Redacted {
  const parts = separate(findings);
  let result = '';
  let end = 0;
  const kinds: Record<string, number> = {};
  for (const part of parts) {
    kinds[part.kind] = (kinds[part.kind] ?? 0) + 1;
    const value = text.slice(part.start, part.end);
    const placeholder = placeholders.of(part.kind, part.plain ?? value);
    const { at = '@', dot = '.' } = part;
    const spelt = part.kind === 'email' ? spell(placeholder, at, dot) : placeholder;
    result += text.slice(end, part.start) + fill(value, spelt);
    end = part.end;
  }
  return { text: result + text.slice(end), redactions: parts.length, kinds };
}

/** Spells an address as the text spells its own. */
function spell(address: string, at: string, dot: string): string {
  return address.replace('.', () => dot).replace('@', () => at);
}

/** Syntax around one line of a value in a string or a comment: quotes, escapes, operators. */
const beforeLine = String.raw`(?:[\s"'\x60#*>|.]|//|\+(?=[\s"'\x60]))*`;
const afterLine = String.raw`(?:\\[rnt]|[\s"'\x60\\,;.)|*]|[+&](?=\s*$))*`;
const lineOfValue = new RegExp(`^(${beforeLine})([^]*?)(${afterLine})$`);

/** Replaces the content of every line; indentation, surrounding quotes and line ends stay. */
function fill(value: string, replacement: string): string {
  if (!/[\r\n]/.test(value)) return replacement;
  return value.replace(/[^\r\n]+/g, (line) => {
    const [, before = '', content = '', after = ''] = lineOfValue.exec(line) ?? [];
    return content === '' ? line : before + replacement + after;
  });
}

/** Sorts findings and merges overlapping ones; a merged finding with a secret in it is a secret. */
export function separate(findings: readonly Finding[]): readonly Finding[] {
  const sorted = findings.toSorted(
    (a, b) => a.start - b.start || b.end - a.end || compareText(a.rule, b.rule),
  );
  const parts: Finding[] = [];
  for (const finding of sorted) {
    const last = parts.at(-1);
    if (last === undefined || finding.start >= last.end) {
      parts.push(finding);
      continue;
    }
    const kind = last.kind === 'secret' || finding.kind === 'secret' ? 'secret' : last.kind;
    const end = Math.max(last.end, finding.end);
    // The same part twice keeps its spelling; a longer one is another value.
    const isSame = last.start === finding.start && last.end === end && kind === last.kind;
    const { start, rule } = last;
    parts[parts.length - 1] = isSame ? last : { start, end, kind, rule };
  }
  return parts;
}
