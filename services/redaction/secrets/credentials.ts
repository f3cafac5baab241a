/**
 * Finds passwords and tokens by their position instead of by a name: in URLs, in commands, calls
 * and cookies, in columns of tables, and in files whose lines consist of fields.
 */
import { type Finding, secret } from '../redaction.ts';
import { findInCalls } from './calls.ts';
import { findInColumns } from './columns.ts';
import { findInCommands } from './commands.ts';
import { findInCookies } from './cookies.ts';
import { groupsOf } from './groups.ts';
import { examplePassword, isSecret } from './judging/judge.ts';
import { kindOf, tellingPiece } from './judging/names.ts';
import { isPasswordHash, isPlaceholder, looksLikePassword, looksRandom } from './judging/values.ts';

export function findCredentials(path: string, text: string): readonly Finding[] {
  return [
    ...findInUrls(text),
    ...findInCommands(text),
    ...findInCalls(text),
    ...findInCookies(text),
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
  if (/^\d{1,5}[/?#;]/.test(password)) return false;
  if (slashes || !/[/?#]/.test(password)) return true;
  // People forget to encode these signs, and most programs take the last `@` for the end.
  return !password.includes('/') && looksLikePassword(password);
}

/** Files that hold one credential per line, or in one place. */
const fieldFiles: readonly { readonly path: RegExp; readonly field: RegExp }[] = [
  { path: /(?:^|\/)\.?pgpass(?:\.conf)?$/, field: /^(?:[^:\r\n#]*:){4}((?:\\.|[^\r\n:\\])+)/dgm },
  { path: /(?:^|\/)\.?htpasswd[^/]*$/, field: /^[^:\r\n#]+:([^\s:]{8,})/dgm },
  { path: /(?:^|\/)(?:shadow|gshadow|master\.passwd)-?$/, field: /^[^:\r\n#]+:(\$[^\s:]{16,})/dgm },
  {
    path: /(?:^|\/)\.?(?:vault_pass(?:word)?|password|passwd)(?:\.txt)?$/,
    field: /^(\S{8,128})\s*$/dg,
  },
  // OpenVPN and others read a user's name and the password from two lines.
  {
    path: new RegExp(
      [
        String.raw`(?:^|/)[\w.-]*(?:auth|cred(?:ential)?s?|user-?pass|passw(?:or)?d|pass|login)`,
        String.raw`(?:\.(?:txt|conf|cfg|auth))?$`,
      ].join(''),
      'i',
    ),
    field: /^\s*[\w.@+-]{1,64}[ \t]*\r?\n[ \t]*(\S{6,128})\s*$/dg,
  },
  { path: /(?:^|\/)\.?bundle\/config$/, field: /^BUNDLE_\w+__\w+:\s*"?([^\s"]{8,})/dgm },
  { path: /(?:^|\/)userlist\.txt$/, field: /^"[^"\r\n]+"\s+"([^"\s]{6,})"/dgm },
  { path: /(?:^|\/)sasl_passwd$/, field: /^[^\s#]+\s+[^\s:]+:(\S{6,})/dgm },
  { path: /(?:^|\/)(?:chap|pap)-secrets$/, field: /^[^\s#]+\s+\S+\s+"?([^\s"]{6,})/dgm },
  { path: /(?:^|\/)ipsec\.(?:\w+\.)?secrets$/, field: /:\s+(?:PSK|XAUTH|EAP)\s+"?([^\s"]{6,})/dgm },
  { path: /\.ovpn$/, field: /<auth-user-pass>\s*\n\S+\r?\n(\S{6,})/dg },
];

function findInFields(path: string, text: string): Finding[] {
  const isOpen = (value: string) =>
    isPasswordHash(value) || !(isPlaceholder(value) || examplePassword.test(value));
  const fields = fieldFiles.flatMap((file) =>
    file.path.test(path) ? groupsOf(text, file.field, 'field', isOpen) : [],
  );
  // A line of fields is no word, though nothing parts its fields but colons.
  return fields.length > 0 ? fields : findInName(path, text);
}

/** A file of one word that is a secret by the file's name: `secrets/db_password`, `master.key`. */
function findInName(path: string, text: string): Finding[] {
  const [, value = ''] = /^\s*(\S{8,512})\s*$/.exec(text.slice(0, 600)) ?? [];
  if (value === '' || value.includes('://') || text.length > 600) return [];
  const [, name = ''] = /([^/]+?)(?:\.(?:txt|pass|password))?$/.exec(path) ?? [];
  const ending = /\.(?:key|token|secret)$/.test(name);
  if (!ending && name.search(tellingPiece) === -1) return [];
  const kind = ending ? 'secret' : kindOf(name.replace(/^\./, ''));
  // Files of digests and versions beside a package have the package's name.
  if (kind === 'key' || !isSecret({ text: value }, kind)) return [];
  const start = text.indexOf(value);
  return [secret(start, start + value.length, 'file')];
}
