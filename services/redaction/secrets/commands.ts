/**
 * Finds passwords in command lines and in statements of SQL by their position: behind an option, in
 * a pair `user:password`, or in what is piped to a program that sets passwords.
 */
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import { openChoice } from '../search/search.ts';
import { firstGroups } from './groups.ts';
import { isChosen } from './judging/judge.ts';

/** Up to this many characters of the same command lie between its name and the option. */
const near = String.raw`[^\r\n|;]{0,200}?(?:\s|(?<=[\s,[])["'])`;
/** A word of a command line with or without quotes. */
const quoted = String.raw`\\?["']?`;
const word = String.raw`${quoted}([^\s"'\\|;&<>]{4,256})`;
/** Between an option and its value: in a list of arguments each is a string of its own. */
const inList = String.raw`["'],\s{0,20}`;
const mayPart = `(?:[ =]|${inList})?`;
const part = String.raw`(?:\s+|${inList})`;
/** A pair `user:password`; the password may hold a colon. */
const pair = String.raw`${quoted}[^\s:"'$]{0,64}:([^\s"'\\]{4,256})`;
/** Options without a value, before the arguments of a command. */
const flags = String.raw`\s+(?:-\w+\s+){0,4}`;

/** The same, with options of two dashes. */
const longFlags = String.raw`\s+(?:--?\w+\s+){0,4}`;

/** Commands, and the places in which they take a password; the group is the password. */
const rows: readonly (readonly [command: string, place: string])[] = [
  ['curl', String.raw`[^\r\n]{0,400}?\s(?:-[a-zA-Z]{0,8}u|--user|--proxy-user|-U)[ =]?${pair}`],
  ['https?', String.raw`${near}(?:-a|--auth)[ =]${pair}`],
  ['lftp', String.raw`${near}-u[ =]?${quoted}[^\s,"']{1,64},${word}`],
  ['sshpass|psexec|plink|pscp|psftp|rdesktop', `${near}-pw?${mayPart}${word}`],
  ['(?:docker|podman|az|oc|helm registry|buildah|skopeo) login', `${near}-p${mayPart}${word}`],
  ['mysql|mysqldump|mysqladmin|mysqlimport|mariadb', `${near}-p((?!assword)[^\\s"'\\\\|;]{6,256})`],
  ['mysql|mysqldump|mysqladmin|mysqlimport|mariadb', `${near}-p["']([^\\s"'\\\\]{6,256})`],
  ['mongo|mongosh|mongodump|mongorestore|cqlsh|twine upload|zip', `${near}-[pP]${mayPart}${word}`],
  ['unzip|ipmitool|sqlcmd|osql|isql|bcp|mosquitto_pub|mosquitto_sub', `${near}-P${mayPart}${word}`],
  ['signtool|schtasks', String.raw`${near}/r?p\s+${word}`],
  ['ncftp(?:put|get|ls)?', `${near}-p[ =]?${word}`],
  ['redis-cli', `${near}-a${part}${word}`],
  ['ldapsearch|ldapadd|ldapmodify|ldapdelete|ldapwhoami|ldappasswd', `${near}-w${mayPart}${word}`],
  ['7z|7za|rar|unrar', `${near}-h?p${word}`],
  ['xfreerdp|wfreerdp|cmdkey|schtasks', `${near}/(?:p|rp|pass):${word}`],
  ['smbclient', String.raw`${near}[^\s%]{0,64}%${word}`],
  ['openssl', String.raw`${near}(?:-k\s+|-pass(?:in|out)?\s+pass:)${word}`],
  [
    'sqlplus|expdp|impdp|sqlldr|rman',
    String.raw`[^\r\n]{0,40}?\s${quoted}\w{1,30}/([^\s"'\\@|;]{4,256})`,
  ],
  ['openssl passwd', flags + word],
  ['ssh-keygen', `${near}-[NP]${part}${word}`],
  ['htpasswd', String.raw`${flags}\S{1,200}\s+[\w.@-]{1,64}\s+${word}`],
  ['htpasswd', String.raw`${flags}[\w.@-]{1,64}\s+${word}`],
  [
    'htpasswd',
    String.raw`["'],\s{0,20}\[?\s{0,20}(?:["']-\w+["'],\s{0,20}){1,4}(?:["'][^"'\r\n]{1,200}["'],\s{0,20})?["'][\w.@-]{1,64}${inList}${word}`,
  ],
  ['mysqladmin', String.raw`${near}password\s+${word}`],
  ['net use', String.raw`\s+\S{1,80}\s+(?:\\\\\S{1,200}\s+)?${word}`],
  ['net user', String.raw`\s+[^\s/]{1,64}\s+${word}`],
  ['rabbitmqctl (?:add_user|change_password)|wpa_passphrase', String.raw`\s+\S{1,64}\s+${word}`],
  ['useradd|usermod', `${near}(?:-p|--password)(?:[ =]|${inList})${word}`],
  ['(?:vault|cargo|wandb|comet|flyctl auth|hf auth) login', flags + word],
  ['dotnet nuget push|nuget push|codecov|codecov.io/bash', `${near}-[kt][ =]?${word}`],
  // Erlang's nodes trust each other by it.
  ['-setcookie', longFlags + word],
  // Settings of servers, routers and installers, in which the password follows a keyword.
  ['rootpw|bindpw|insecure-password|key-string|rocommunity|rwcommunity', longFlags + word],
  ['passwd/[\\w-]{1,40} password|snmp-server community', String.raw`\s+${word}`],
  ['SQLConnectInfo', String.raw`\s+\S{1,80}\s+\S{1,64}\s+${word}`],
  ['createUser', String.raw`\s+\S{1,64}\s+(?:MD5|SHA)\S{0,4}\s+${word}`],
  [
    'createUser',
    String.raw`\s+\S{1,64}\s+(?:MD5|SHA)\S{0,4}\s+\S{1,80}\s+(?:AES|DES)\S{0,4}\s+${word}`,
  ],
  ['user \\w{1,40} on', String.raw`[^\r\n]{0,80}?\s>${word}`],
  [
    'vault (?:kv put|write)|kubectl create secret',
    String.raw`${near}[\w.=-]{0,40}(?:pass\w*|secret|token|key)=${word}`,
  ],
  ['ConvertTo-SecureString', String.raw`[^\r\n|]{0,80}?\s["']([^"'\r\n]{4,256})["']`],
  [
    'PSCredential',
    String.raw`[^\r\n|]{0,20}?["'][^"'\r\n]{1,64}["'],\s*["']([^"'\r\n]{4,256})["']`,
  ],
];

const commandsAt = openChoice(
  rows.map(([command, place]) => new RegExp(`(?:${command})${place}`, 'dy')),
);
const anyCommand = new RegExp(
  String.raw`(?<![\w-])(?:${rows.map(([command]) => command).join('|')})(?![\w-])`,
  'g',
);

/** Programs that read a password from a pipe, or from a here-string behind them. */
const reader = [
  String.raw`(?:sudo\s+(?:-[A-RT-Za-z]\w*\s+)*)?(?:(?:chpasswd|passwd|smbpasswd|kinit|cryptsetup`,
  String.raw`|su|docker login|podman login|gh auth|ConvertTo-SecureString)\b|sudo\s+-\w*S)`,
].join('');
const user = String.raw`(?:[^\s:"'\\$]{1,64}:)?`;
const echoed = String.raw`\b(?:echo|printf)\s+(?:-\w+\s+){0,2}${quoted}(?:%s(?:\\n)?["']?\s+["']?)?`;
const piped: readonly RegExp[] = [
  new RegExp(String.raw`${echoed}${user}([^\s"'\\|]{4,256})[^\r\n|]{0,300}\|\s*${reader}`, 'dg'),
  new RegExp(String.raw`\b${reader}[^\r\n]{0,100}?<<<\s*["']?${user}([^\s"'\\|]{4,256})`, 'dg'),
  // Answers of `expect` to the question for a password.
  /\bsend\s+(?:--\s+)?\\?["']([^"'\s\\]{4,256})\\{1,2}[rn]/dg,
  // A list of pairs for `chpasswd`, in the settings of cloud-init and in a here-document.
  new RegExp(
    [
      String.raw`\bchpasswd\b[^\r\n]{0,40}\r?\n(?:\s*list\s*:[^\r\n]*\r?\n)?`,
      String.raw`\s*[\w.-]{1,64}:([^\s"']{4,256})`,
    ].join(''),
    'dg',
  ),
];

const sqlName = String.raw`(?:@\w+\s*=\s*)?N?`;
/** Statements in which no name stands right before the password. */
const statements: readonly RegExp[] = [
  /\bIDENTIFIED\s+(?:WITH\s+\S+\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?\\?["']?([^\s"'\\;,]{6,256})/dgi,
  new RegExp(
    String.raw`\bsp_addlogin\s+${sqlName}'[^'\r\n]{1,64}'\s*,\s*${sqlName}'([^'\r\n]{4,256})`,
    'dgi',
  ),
  // AWS keeps a parameter of this type encrypted.
  new RegExp(
    [
      String.raw`SecureString\\?["']?\s{0,4},?\s{1,40}["']?(?:--)?value["']?`,
      String.raw`\s{0,4}[:= ]\s{0,4}\\?["']?([^\s"'\\]{8,256})`,
    ].join(''),
    'dgi',
  ),
  // Hardhat and its like sign with keys in a list of this name.
  /\baccounts["']?\s{0,4}:\s{0,4}\[\s{0,40}["'\x60]((?:0x)?[\da-f]{64})(?=["'\x60])/dgi,
  // Routers say by a digit how a password is written; the seventh way is no secret to anyone.
  /\b(?:password|secret|key) [0578] ([^\s"'\\;]{6,256})[ \t]*$/dgim,
];
const findCommands = redactionPatterns.search([anyCommand]);
const findPlaces = redactionPatterns.search([...piped, ...statements]);
/** A string may begin at any quote, so the reader behind the pipe is looked for first. */
const securePipe = /["']([^"'\s]{4,256})["']\s*\|\s*ConvertTo-SecureString\b/dg;

export function findInCommands(text: string): Finding[] {
  const findings: Finding[] = [];
  const [begun = []] = findCommands(text);
  for (const { index } of begun) {
    for (const command of commandsAt(text, index)) {
      command.lastIndex = index;
      const range = command.exec(text)?.indices?.[1];
      if (range !== undefined && isChosen(text.slice(...range))) {
        findings.push(secret(...range, 'command'));
      }
    }
  }
  const secure = text.includes('ConvertTo-SecureString') ? text.matchAll(securePipe) : [];
  const places = [...findPlaces(text).flat(), ...secure];
  return [...findings, ...firstGroups(text, places, 'command', isChosen)];
}
