/**
 * Finds secrets by the name that they are bound to, in any syntax and with or without quotes. Only
 * the value and its own line decide whether the value is a secret.
 */
import { lineAfter, lineBefore } from '../line.ts';
import { redactionPatterns } from '../patterns.ts';
import { type Finding, secret } from '../redaction.ts';
import {
  bindings,
  bindsBySpace,
  bindsString,
  isMapOfSecrets,
  nextInList,
  nextInMap,
} from './bindings.ts';
import { isPlain, isSecret, isStated } from './judging/judge.ts';
import { kindOf, type Name, type NameKind, nameAround, tellingPiece } from './judging/names.ts';
import { looksRandom } from './judging/values.ts';
import { secretsInList } from './lists.ts';
import { type BareEnd, type Literal, readElement, readLiteral } from './literals.ts';
import { parallelString } from './parallel.ts';

/** In these files a value without quotes is a literal; in others it may be an identifier. */
const settingsFile = new RegExp(
  [
    String.raw`(?:^|/)\.(?:env|netrc|authinfo|npmrc|pypirc|pgpass|s3cfg|boto|\w{2,12}rc)[^/]*$`,
    String.raw`(?:^|/)(?:_netrc|credentials|kubeconfig|\.?kube/config|\.docker/config\.json)$`,
    String.raw`\.(?:env|ini|cfg|conf|cnf|config|settings|properties|ya?ml|toml|tfvars|ovpn|reg|netrc|mk|service|ldif)$`,
    String.raw`(?:^|/)(?:GNU)?makefile$`,
  ].join('|'),
  'i',
);

/** What a copy of a file has behind its name. */
const copied =
  /(?:\.(?:example|sample|dist|templ(?:ate)?|tmpl|tpl|j2|in|bak|old|orig|save|local)|~)+$/i;

const proseFile =
  /(?:^|\/)[^./]+$|\.(?:md|markdown|mdx|txt|rst|adoc|org|log|http|rest|csv|out|feature|robot)$/i;
/** Programs whose names have no ending. */
const programFile = /(?:^|\/)(?:Rake|Cap|Fast|Pod|Gem|Vagrant|Brew|Guard|Deliver|Match|App)file$/;

/** The lists of checksums that package managers write. */
const lockFile = /(?:\.lock|-lock\.(?:json|ya?ml)|\.sum)$/i;

type FileKind = 'settings' | 'prose' | 'program' | 'lock';

function fileKindOf(path: string): FileKind {
  if (lockFile.test(path)) return 'lock';
  if (settingsFile.test(path) || settingsFile.test(path.replace(copied, ''))) return 'settings';
  if (/(?:^|\/)(?:settings|config|env)\.local$/.test(path)) return 'settings';
  return proseFile.test(path) && !programFile.test(path) ? 'prose' : 'program';
}

const findPieces = redactionPatterns.search([tellingPiece]);

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
    const others = value === null ? [] : elementsAfter(text, name, value, kind);
    const bound = [
      value ?? [],
      others,
      secretsInList(text, name, kind, file === 'settings'),
    ].flat();
    const parallel = bound.length === 0 ? parallelString(text, name) : null;
    if (parallel !== null && isSecret(parallel, kind)) {
      findings.push(secret(parallel.start, parallel.end, 'assignment'));
    }
    for (const { start, end: to } of bound) {
      findings.push(secret(start, to, 'assignment'));
      end = Math.max(end, to);
    }
  }
  return findings;
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
  if (bracket === undefined || (bracket === '{' && !isMapOfSecrets(name.text))) return [];
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
  const next = text.charAt(name.end);
  let before: string | null = null;
  for (const { form, pattern, first } of bindings) {
    if (form === 'element') {
      before ??= lineBefore(text, name.start);
      if (!/<[^<>]*$/.test(before)) continue;
    } else if (!first.includes(next)) continue;
    pattern.lastIndex = name.end;
    if (!pattern.test(text)) continue;
    const at = pattern.lastIndex;
    before ??= lineBefore(text, name.start);
    // The name is a URL's user or host; what follows is found as a part of the URL.
    if (form === 'assigned' && /:\/\/$/.test(before)) continue;
    // The name must be a whole string, not the end of one, or the end of a property's name.
    if (form === 'argument' && /[\w.]$/.test(before) && !isPropertyName(before, kind)) continue;
    if (form === 'map' && !isMapOfSecrets(name.text)) continue;
    const between = text.slice(name.end, at);
    if (form === 'quoted' && (file === 'prose' || !bindsString(name.text, before, between)))
      continue;
    if (form === 'told' && (file !== 'prose' || !isTold(name.text, before, between))) continue;
    if (form === 'spaced' && !bindsBySpace(name.text, before, inSettings)) continue;
    const bareEnd = bareEndOf(before, between, file);
    const inMarkup = form === 'element' || form === 'text';
    const value = inMarkup ? readElement(text, at) : readLiteral(text, at, bareEnd);
    if (value === null) continue;
    if (form === 'stated' || form === 'told') {
      if (isStated(value, kind)) return value;
    } else if (
      isSecret(value, kind) &&
      isTrusted({ text, name, value, before, inMarkup, file, bareEnd })
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

/** Whether the value is marked behind a whole word, or the name has its row's first cell alone. */
function isTold(name: string, before: string, between: string): boolean {
  return between.includes('|') ? /^\s*\|[\s`*_-]*$/.test(before) : name.length > 4;
}

/** What ends a bare value on this line; in a program and behind a quote, an operator does. */
function bareEndOf(before: string, between: string, file: FileKind): BareEnd {
  // The pairs of a connection string end at a semicolon, and nothing else does.
  if (/=[^&?]*;\s?[\w ]{0,20}$/.test(before) && between === '=') return 'pair';
  if (/\$\{[\w.]{0,60}(?::?[-=])?$/.test(before + between)) return 'flow';
  if (file !== 'settings') return 'operator';
  if (/\{[^{}"'`()]*$/.test(before)) return 'flow';
  return /[{[("'`]/.test(before) ? 'operator' : 'space';
}

interface Place {
  readonly text: string;
  readonly name: Name;
  readonly value: Literal;
  readonly before: string;
  readonly inMarkup: boolean;
  readonly file: FileKind;
  readonly bareEnd: BareEnd;
}

/** Whether the line around the value shows that the value is a literal, and not a digest. */
function isTrusted({ text, name, value, before, inMarkup, file, bareEnd }: Place): boolean {
  const after = lineAfter(text, value.end);
  if (isDigest(value.text, name.text, before, after)) return false;
  // A key in a block is found as such, without its first and last line.
  if (/^-{4,5} ?BEGIN .{0,40}\b(?:PRIVATE|OpenVPN)\b/.test(value.text)) return false;
  if (file === 'lock' && /^[0-9a-f]+$/i.test(value.text)) return false;
  if (value.quoted || bareEnd !== 'operator' || inMarkup) return true;
  // A bracket follows, so the value is an expression: a call or an index.
  if (/^[([]/.test(after)) return false;
  if (isLiteralLine(before, text.slice(name.end, value.start), file === 'prose')) return true;
  return isPlain(value.text) && looksRandom(value.text) && value.text.length >= 18;
}

/** Options behind which a variable stands with its value. */
const variableOption =
  /(?:^|\s)(?:-[eDE]|--(?:env|build-arg|set|set-string|from-literal|var|extra-vars))[ =]["']?$/;

/** A comment that says little before the name: `# the password: …`. */
const comment = /(?:^\s*(?:\/?\*+|--|;+|%+|<!--)|(?:^|\s)(?:\/\/+|#+))[ \t]*(?:[\w-]+[ \t]+){0,4}$/;

/** Whether the value is assigned as in `export NAME=value`, or is in an option, string or URL. */
function isLiteralLine(before: string, between: string, isProse: boolean): boolean {
  const tight = /^["']?[:=][ \t]?$/.test(between);
  if (/^\s*(?:export|ENV|ARG|set|setx|%let|\$env:|declare|readonly|RUN|-e|--env|#)\b/i.test(before))
    return tight || / $/.test(between);
  if (/[?&;]$|(?:^|[\s"'`(,[=])--?[\w.-]*=?$/.test(before)) return true;
  if (between === '=' && variableOption.test(before)) return true;
  if (/^[ \t]?[:=][ \t]?$/.test(between) && comment.test(before)) return true;
  // The default of a shell's variable.
  if (/\$\{$/.test(before) && /^:?[-=]$/.test(between)) return true;
  if (isProse && between === '=' && /[\s,]$/.test(before)) return true;
  // Pairs between spaces, and what programs of `.netrc` read.
  if (between === '=' && /\w=\S*\s$/.test(before)) return true;
  if (/(?:^|\s)machine\s+\S+\s+login\s/.test(before)) return true;
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

const hashed = /(?:sha-?\d{1,3}|md5|hash|digest|crypt)\w*\(\s*[a-z]?["']?[\w ]*$/i;

/**
 * Whether the value is a hexadecimal digest, as a word beside it says. A name that ends like a
 * secret's outweighs that word.
 */
function isDigest(value: string, name: string, before: string, after: string): boolean {
  if (!digestLengths.has(value.length) || !/^[0-9a-f]+$/i.test(value)) return false;
  // The name may be what is hashed, as in `sha1("password") == "…"`.
  if (hashed.test(before)) return true;
  if (/(?:secret|password|(?:private|validation|decryption|signing)_?key)$/i.test(name))
    return false;
  return digestWord.test(name) || digestWord.test(before) || digestWord.test(after);
}
