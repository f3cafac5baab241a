/**
 * Finds passwords and tokens by their position instead of by a name: in URLs, in options of
 * commands, and in files whose lines consist of fields.
 */
import { type Finding, secret } from '../redaction.ts';
import { isPasswordHash, isPlaceholder, looksLikePassword, looksRandom } from './values.ts';

export function findCredentials(path: string, text: string): readonly Finding[] {
  return [...findInUrls(text), ...findInCommands(text), ...findInFields(path, text)];
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

/** Example passwords that documentation and tests use. */
const examplePassword = new RegExp(
  [
    '^(?:pass(?:w(?:or)?d)?|pwd|pw|secret|user(?:name)?|test(?:ing)?|example|foo|bar|baz|token',
    '|root|admin|guest|postgres|mysql|redis|mongo|rabbit|changeme|hunter2|letmein|qwerty|password|tiger',
    '|my[-_]?(?:pass(?:word)?|secret|token)|(?:db|user)[-_]?pass(?:word)?|your[-_]?.*|some[-_]?.*',
    String.raw`|x+|\*+|\.+|<.*|\$.*|.*[{}].*|%[^0-9A-F].*|\(.*|\[.*|\d{1,5})\d{0,4}$`,
  ].join(''),
  'i',
);

function isUrlPassword(password: string, slashes: boolean): boolean {
  if (password.length < 4 || examplePassword.test(password)) return false;
  // After a port, `/` or `?` the authority has ended, so a later `@` does not belong to it.
  return slashes ? !/^\d{1,5}[/?#]/.test(password) : !/[/?#]/.test(password);
}

/** Options whose value is `user:password` or a password; the first group is the secret. */
const options: readonly RegExp[] = [
  new RegExp(
    [
      String.raw`\bcurl\b[^\r\n]{0,400}?\s(?:-[a-zA-Z]{0,8}u|--user|--proxy-user|-U)[ =]?`,
      String.raw`\\?["']?[^\s:"'$]{0,64}:([^\s"'\\]{4,256})`,
    ].join(''),
    'dg',
  ),
  new RegExp(
    [
      String.raw`\b(?:sshpass|(?:docker|podman|az|oc|helm\s+registry)\s+login)\b`,
      String.raw`[^\r\n]{0,200}?\s-p[ =]?["']?([^\s"'\\]{4,256})`,
    ].join(''),
    'dg',
  ),
  /\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\r\n|;]{0,200}?\s-p([^\s"'\\|;]{6,256})/dg,
  /-pass(?:in|out)?\s+pass:([^\s"'\\]{4,256})/dg,
  /\b(?:redis-cli)\b[^\r\n]{0,200}?\s-a\s+["']?([^\s"'\\]{6,256})/dg,
  /\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?BY\s+(?:PASSWORD\s+)?["']([^\s"']{6,256})/dgi,
  /\bsmbclient\b[^\r\n]{0,200}?%([^\s"'\\]{6,256})/dg,
];
const commands = new RegExp(
  [
    'curl|login|IDENTIFIED|identified|sshpass|mysql|mariadb|redis-cli|smbclient',
    String.raw`|-pass(?:in|out)?\s+pass:`,
  ].join(''),
);

function findInCommands(text: string): Finding[] {
  if (!commands.test(text)) return [];
  return options.flatMap((option) => groupsOf(text, option, 'command', isChosen));
}

/** Whether a word on a command line looks like a password, not like a variable or an example. */
function isChosen(value: string): boolean {
  if (isPlaceholder(value) || examplePassword.test(value)) return false;
  return looksRandom(value) || looksLikePassword(value);
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

function groupsOf(
  text: string,
  pattern: RegExp,
  rule: string,
  accepts: (value: string) => boolean,
): Finding[] {
  return [...text.matchAll(pattern)].flatMap(({ indices }) => {
    const range = indices?.[1];
    return range !== undefined && accepts(text.slice(...range)) ? [secret(...range, rule)] : [];
  });
}
