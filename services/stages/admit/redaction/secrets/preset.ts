/**
 * Secrets that secretlint's recommended preset finds. Directives inside the scanned code cannot
 * switch a rule off, and credentials in addresses lose the password only.
 */
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { type Finding, secret } from '../redaction.ts';

// It keeps a mark per file and rule for ever: a leak in a process that lives long.
secretLintProfiler.setEnabled(false);

/**
 * Without the rule that obeys `secretlint-disable` comments: the code that is scanned must not
 * decide what is found. AWS key ids are off by default in the preset.
 */
const descriptors = rules
  .filter((rule) => !rule.meta.id.endsWith('-filter-comments'))
  .map((rule) => ({
    id: rule.meta.id,
    rule,
    options: rule.meta.id.endsWith('-rule-aws') ? { enableIDScanRule: true } : {},
  }));

export async function findByPreset(path: string, text: string): Promise<readonly Finding[]> {
  const result = await lintSource({
    source: { filePath: path, content: text, contentType: 'text' },
    options: { config: { rules: descriptors }, noPhysicFilePath: true },
  });
  return result.messages.flatMap((message) => {
    const rule = message.ruleId.replace('@secretlint/secretlint-rule-', '');
    return narrow(secret(message.range[0], message.range[1], rule), text);
  });
}

/** The part of a finding that is secret; nothing where the value is an evident example. */
function narrow(finding: Finding, text: string): readonly Finding[] {
  const value = text.slice(finding.start, finding.end);
  const part = keyBody(value) ?? addressPassword(value);
  if (part === null) return [finding];
  if (part.end === part.start || isExamplePassword(part.text)) return [];
  const start = finding.start + part.start;
  return [{ ...finding, start, end: start + part.text.length }];
}

interface Part {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What lies between the first and last line of a PEM block, which tell only its kind. */
function keyBody(value: string): Part | null {
  const match = /^-----BEGIN [A-Z0-9 ]{1,60}-----([\s\S]*?)(?:-----END|$)/.exec(value);
  if (match?.[1] === undefined) return null;
  const start = value.indexOf('-----', 10) + 5;
  return { start, end: start + match[1].length, text: match[1] };
}

function addressPassword(value: string): Part | null {
  const match = /^[a-z][a-z0-9+.-]{1,30}:\/\/[^:@/\s]{0,256}:([^@\s]{1,256})@/i.exec(value);
  if (match?.[1] === undefined) return null;
  const end = match[0].length - 1;
  return { start: end - match[1].length, end, text: match[1] };
}

/** Passwords as documentation and tests write them. */
const exampleWords = [
  'pass(?:w(?:or)?d)?|pwd|pw|secret|user(?:name)?|test(?:ing)?|example|foo|bar|baz',
  'root|admin|guest|postgres|mysql|redis|mongo|changeme|hunter2|letmein|qwerty',
  'my[-_]?(?:pass(?:word)?|secret)|your[-_].*',
];
const exampleForms = String.raw`x+|\*+|\.+|<.*>|\$.*|\{.*\}|%.*`;
const examplePassword = new RegExp(
  String.raw`^(?:${exampleWords.join('|')}|${exampleForms})\d{0,4}$`,
  'i',
);

function isExamplePassword(text: string): boolean {
  return examplePassword.test(text);
}
