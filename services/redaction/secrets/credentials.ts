/**
 * Finds passwords and tokens by their position instead of by a name: in URLs, in commands and
 * calls, in columns of tables, and in files whose lines consist of fields.
 */
import { type Finding, secret } from '../redaction.ts';
import { findInCalls } from './calls.ts';
import { findInColumns } from './columns.ts';
import { findInCommands } from './commands.ts';
import { groupsOf } from './groups.ts';
import { examplePassword } from './judging/judge.ts';
import { isPasswordHash, isPlaceholder, looksRandom } from './judging/values.ts';

export function findCredentials(path: string, text: string): readonly Finding[] {
  return [
    ...findInUrls(text),
    ...findInCommands(text),
    ...findInCalls(text),
    ...findInColumns(path, text),
    ...findInFields(path, text),
  ];
}

/** Authority of a URL up to its last `@`; white space, quotes and brackets end a URL. */
const authority =
  /:\/\/(?<user>[^\s:@/"'`<>[\]\\]{0,256})(?::(?<password>[^\s"'`<>\\]{1,256}))?@(?=[\w[.-])/dg;
/** Schemes for which programs accept an unescaped `/` in a password. */
const databases =
  /(?:postgres\w*|mysql\w*|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ftp|smtps?)$/i;

function findInUrls(text: string): Finding[] {
  if (!text.includes('://')) return [];
  const findings: Finding[] = [];
  for (const { index, groups, indices } of text.matchAll(authority)) {
    const { user = '', password } = groups ?? {};
    const ranges = indices?.groups;
    const isToken = password === undefined || /^(?:x-oauth-basic|x|oauth2)?$/.test(password);
    if (isToken && ranges?.user !== undefined && looksRandom(user)) {
      findings.push(secret(...ranges.user, 'url'));
    }
    if (isToken || ranges?.password === undefined) continue;
    const scheme = text.slice(Math.max(0, index - 16), index);
    if (isUrlPassword(password, databases.test(scheme))) {
      findings.push(secret(...ranges.password, 'url'));
    }
  }
  return findings;
}

function isUrlPassword(password: string, slashes: boolean): boolean {
  if (password.length < 4 || examplePassword.test(password)) return false;
  // After a port, `/` or `?` the authority has ended, so a later `@` does not belong to it.
  return slashes ? !/^\d{1,5}[/?#]/.test(password) : !/[/?#]/.test(password);
}

/** Files that hold one credential per line. */
const fieldFiles: readonly { readonly path: RegExp; readonly field: RegExp }[] = [
  { path: /(?:^|\/)\.?pgpass(?:\.conf)?$/, field: /^(?:[^:\r\n#]*:){4}((?:\\.|[^\r\n:\\])+)/dgm },
  { path: /(?:^|\/)\.?htpasswd[^/]*$/, field: /^[^:\r\n#]+:([^\s:]{8,})/dgm },
  { path: /(?:^|\/)(?:shadow|gshadow|master\.passwd)-?$/, field: /^[^:\r\n#]+:(\$[^\s:]{16,})/dgm },
  {
    path: /(?:^|\/)\.?(?:vault_pass(?:word)?|password|passwd)(?:\.txt)?$/,
    field: /^(\S{8,128})\s*$/dg,
  },
];

function findInFields(path: string, text: string): Finding[] {
  const isOpen = (value: string) => isPasswordHash(value) || !isPlaceholder(value);
  return fieldFiles.flatMap((file) =>
    file.path.test(path) ? groupsOf(text, file.field, 'field', isOpen) : [],
  );
}
