/**
 * Finds secrets with secretlint's recommended preset. Directives inside the scanned code cannot
 * disable a rule, and of credentials in a URL only the password is replaced.
 */
import { lintSource } from '@secretlint/core';
import { secretLintProfiler } from '@secretlint/profiler';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import { type Finding, secret } from '../redaction.ts';

// The profiler never frees its marks, one per file and rule: a leak in a long-lived process.
secretLintProfiler.setEnabled(false);

/**
 * Leaves out the rule that obeys `secretlint-disable` comments, because scanned code must not
 * decide what is found. Enables the scan for AWS key ids, which the preset disables.
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

/** Narrows a finding to its secret part; drops it if the value is obviously an example. */
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

/** The body of a PEM block, without its first and last line, which only name its kind. */
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

/** Example passwords that documentation and tests use. */
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
