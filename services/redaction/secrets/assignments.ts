/**
 * Finds secrets by the name that they are bound to, in any syntax and with or without quotes. Only
 * the value and its own line decide whether the value is a secret.
 */
import { lineAfter, lineBefore } from '../line.ts';
import { type Finding, secret } from '../redaction.ts';
import {
  bindings,
  bindsBySpace,
  bindsString,
  type Form,
  nextInList,
  nextInMap,
} from './bindings.ts';
import { isPlain, isSecret, isStated } from './judging/judge.ts';
import { kindOf, type Name, type NameKind, nameAround, tellingPiece } from './judging/names.ts';
import { looksRandom } from './judging/values.ts';
import { type BareEnd, type Literal, readElement, readLiteral } from './literals.ts';
import { parallelString } from './parallel.ts';
import { secretPatterns } from './patterns.ts';

/** In these files a value without quotes is a literal; in others it may be an identifier. */
const settingsFile = new RegExp(
  [
    String.raw`(?:^|/)\.(?:env|netrc|npmrc|pypirc|pgpass|s3cfg|boto|curlrc|wgetrc|yarnrc)[^/]*$`,
    String.raw`(?:^|/)(?:_netrc|credentials|kubeconfig|\.?kube/config|\.docker/config\.json)$`,
    String.raw`\.(?:env|ini|cfg|conf|cnf|config|settings|properties|ya?ml|toml|tfvars|ovpn|reg|netrc)$`,
  ].join('|'),
  'i',
);

const proseFile = /(?:^|\/)[^./]+$|\.(?:md|markdown|mdx|txt|rst|adoc|org|log|http|rest|csv|out)$/i;

type FileKind = 'settings' | 'prose' | 'program';

function fileKindOf(path: string): FileKind {
  if (settingsFile.test(path)) return 'settings';
  return proseFile.test(path) ? 'prose' : 'program';
}

const findPieces = secretPatterns.search([tellingPiece]);

export function findAssignments(path: string, text: string): readonly Finding[] {
  const findings: Finding[] = [];
  const [pieces = []] = findPieces(text);
  const file = fileKindOf(path);
  let end = 0;
  for (const { index, 0: piece } of pieces) {
    // This piece belongs to a name or value that was already examined.
    if (index < end) continue;
    const name = nameAround(text, index, index + piece.length);
    end = name.end;
    const kind = kindOf(name.text);
    if (kind === 'nothing') continue;
    // In programs, `x.key` and its like are attributes of anything.
    if (/^(?:key|auth|salt)$/i.test(name.text) && text[index - 1] === '.' && file !== 'settings') {
      continue;
    }
    const value = boundSecret(text, name, kind, file);
    if (value === null) {
      const parallel = parallelString(text, name);
      if (parallel === null || !isSecret(parallel, kind)) continue;
      findings.push(secret(parallel.start, parallel.end, 'assignment'));
      continue;
    }
    for (const { start, end: to } of [value, ...elementsAfter(text, name, value, kind)]) {
      findings.push(secret(start, to, 'assignment'));
      end = to;
    }
  }
  return [...findings, ...findReversed(text)];
}

/** Returns the secrets that follow a secret in its list or map. */
function elementsAfter(
  text: string,
  name: Name,
  first: Literal,
  kind: NameKind,
): readonly Literal[] {
  const bracket = /[[{](?=[^[{]*$)/.exec(text.slice(name.end, first.start))?.[0];
  const next = bracket === '[' ? nextInList : nextInMap;
  if (bracket === undefined || (bracket === '{' && !/s$/i.test(name.text))) return [];
  const found: Literal[] = [];
  for (let at = first; at.quoted && found.length < elementsMax; ) {
    next.lastIndex = at.end;
    const value = next.test(text) ? readLiteral(text, next.lastIndex, 'operator') : null;
    if (value === null || !isSecret(value, kind)) break;
    found.push(value);
    at = value;
  }
  return found;
}

const elementsMax = 100;

/** Returns the value bound to the name if the value is a secret; else null. */
function boundSecret(text: string, name: Name, kind: NameKind, file: FileKind): Literal | null {
  const inSettings = file === 'settings';
  let before: string | null = null;
  for (const { form, pattern } of bindings) {
    pattern.lastIndex = name.end;
    if (!pattern.test(text)) continue;
    const at = pattern.lastIndex;
    before ??= lineBefore(text, name.start);
    if (form === 'element' && !/<[^<>]*$/.test(before)) continue;
    // The name must be a whole string, not the end of one, or the end of a property's name.
    if (form === 'argument' && /[\w.]$/.test(before) && !isPropertyName(before, kind)) continue;
    if (form === 'map' && !/s$/i.test(name.text)) continue;
    if (form === 'quoted') {
      const between = text.slice(name.end, at);
      if (file === 'prose' || !bindsString(before, between)) continue;
    }
    if (form === 'spaced' && !bindsBySpace(name.text, before, inSettings)) continue;
    const bareEnd = bareEndOf(before, file);
    const value = form === 'element' ? readElement(text, at) : readLiteral(text, at, bareEnd);
    if (value === null) continue;
    if (form === 'stated') {
      if (isStated(value, kind)) return value;
    } else if (
      isSecret(value, kind) &&
      isTrusted({ text, name, value, before, form, file, bareEnd })
    ) {
      return value;
    }
  }
  return null;
}

/** Whether a name such as `mail.smtp.password` ends here; other names may be keys of messages. */
function isPropertyName(before: string, kind: NameKind): boolean {
  return kind === 'password' && /["'\x60](?:[\w-]{1,40}\.){1,8}$/.test(before);
}

/** What ends a bare value on this line; in a program and behind a quote, an operator does. */
function bareEndOf(before: string, file: FileKind): BareEnd {
  if (file !== 'settings') return 'operator';
  if (/\{[^{}"'`()]*$/.test(before)) return 'flow';
  return /[{[("'`]/.test(before) ? 'operator' : 'space';
}

interface Place {
  readonly text: string;
  readonly name: Name;
  readonly value: Literal;
  readonly before: string;
  readonly form: Form;
  readonly file: FileKind;
  readonly bareEnd: BareEnd;
}

/** Whether the line around the value shows that the value is a literal, and not a digest. */
function isTrusted({ text, name, value, before, form, file, bareEnd }: Place): boolean {
  const after = lineAfter(text, value.end);
  if (isDigest(value.text, name.text, before, after)) return false;
  if (value.quoted || bareEnd !== 'operator' || form === 'element') return true;
  // A bracket follows, so the value is an expression: a call or an index.
  if (/^[([]/.test(after)) return false;
  if (isLiteralLine(before, text.slice(name.end, value.start), file === 'prose')) return true;
  return isPlain(value.text) && looksRandom(value.text) && value.text.length >= 18;
}

/** Whether the value is assigned as in `export NAME=value`, or is in an option, string or URL. */
function isLiteralLine(before: string, between: string, isProse: boolean): boolean {
  const tight = /^["']?[:=][ \t]?$/.test(between);
  if (/^\s*(?:export|ENV|ARG|set|setx|\$env:|declare|readonly|RUN|-e|--env|#)\b/i.test(before))
    return tight || / $/.test(between);
  if (/[?&;]$|--?[\w-]*=?$/.test(before)) return true;
  if (/^[\s>*-]*$/.test(before)) return between === '=' || (isProse && tight);
  return tight && isInString(before);
}

function isInString(before: string): boolean {
  return ['"', "'", '`'].some((quote) => before.split(quote).length % 2 === 0);
}

/** Lengths of MD5, SHA-1 and SHA-2 in hexadecimal. */
const digestLengths = new Set([32, 40, 56, 64, 96, 128]);
const digestWord =
  /(?:^|[^a-z])(?:sha-?\d{1,3}|md5|(?:hash|digest|checksum|fingerprint|etag)(?:es|s)?)(?![a-z])/i;

/**
 * Whether the value is a hexadecimal digest, as a word beside it says. A name that ends like a
 * secret's outweighs that word.
 */
function isDigest(value: string, name: string, before: string, after: string): boolean {
  if (!digestLengths.has(value.length) || !/^[0-9a-f]+$/i.test(value)) return false;
  if (/(?:secret|password|private_?key)$/i.test(name)) return false;
  return digestWord.test(name) || digestWord.test(before) || digestWord.test(after);
}

const string = String.raw`(?:"(?<double>[^"\\\r\n]{4,512})"|'(?<single>[^'\\\r\n]{4,512})')`;

/** What stands before the name that it is bound to. */
const reversed: readonly RegExp[] = [
  // An entry `value` before the entry with the name, as Postman writes them.
  new RegExp(
    String.raw`["']value["']\s{0,4}:\s{0,4}${string}\s{0,4},\s{0,40}["'](?:key|name|id)["']\s{0,4}:\s{0,4}["'](?<name>[\w.-]{1,60})["']`,
    'dg',
  ),
  // Options of a program in Rust: the field follows its attributes.
  new RegExp(
    String.raw`\bdefault_value(?:_t)?\s?=\s?${string}[^\r\n]{0,80}\]\s{1,40}(?:pub )?(?<name>\w{1,60})\s?:`,
    'dg',
  ),
];

/** R's assignment to the right. A string may begin at any quote, so arrows are looked for first. */
const toTheRight = new RegExp(
  String.raw`${string}\s{0,4}->{1,2}\s{0,4}(?<name>[\w.]{1,60})(?![\w(])`,
  'dg',
);
const arrow = /(?<=["']\s{0,4})->/;

const findForms = secretPatterns.search(reversed);

function findReversed(text: string): readonly Finding[] {
  const rightward = arrow.test(text) ? [...text.matchAll(toTheRight)] : [];
  return [...findForms(text).flat(), ...rightward].flatMap(({ groups, indices }) => {
    const name = groups?.name ?? '';
    const range = indices?.groups?.double ?? indices?.groups?.single;
    if (range === undefined || name.search(tellingPiece) === -1) return [];
    const isFound = isSecret({ text: text.slice(...range) }, kindOf(name));
    return isFound ? [secret(...range, 'reversed')] : [];
  });
}
