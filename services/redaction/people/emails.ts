/**
 * Finds e-mail addresses of people under any top-level domain. Text that only looks like an address
 * stays: reserved domains, roles, git@host:path, decorators, versions, image names. Each decision
 * uses one address and the characters around it, never the rest of the file.
 */
import type { Finding } from '../redaction.ts';
import { isInvented } from './invented.ts';
import { findSpeltOut } from './spelt-out.ts';
import { isTopLevelDomain, isWordOfCode } from './top-level-domains.ts';

/** Longest local part (RFC 5321), and longest domain (RFC 1035). */
const localCharactersMax = 64;
const domainCharactersMax = 253;

/** Number of characters searched before an address for the scheme of a URL that contains it. */
const urlCharacters = 80;

const localCharacter = /[\p{L}\p{N}_.%+-]/u;
/** The characters after the backslash of an escape, as in the strings of most languages. */
const stringEscape = /^(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[0abfnrtv])/i;
/** Text up to the last percent-encoded white space, quote, bracket or separator. */
const urlEscape = /^.*%(?:0[9AD]|2[02678CF]|3[A-F]|5B|7B)/i;
/** A dot, and as pages, markup and strings spell it. */
const dotSpelt = String.raw`[.．。｡]|&#0*46;|&#[xX]0*2[eE];|%2[eE]|\\+(?:u002[eE]|x2[eE])`;
const domainCharacters = new RegExp(String.raw`(?:[\p{L}\p{N}\p{M}-]|${dotSpelt}){3,256}`, 'uy');
const anyDot = new RegExp(dotSpelt, 'gu');
/** What ends a sentence or a list rather than a domain. */
const trailing = new RegExp(`(?:${dotSpelt}|-)+$`, 'u');

/** The sign itself, and as addresses of pages, markup and strings of programs spell it. */
const sign = /[@＠﹫]|%(?:25)*40|&#0*64;|&#x0*40;|&commat;|(?<!\\)\\+(?:u0040|u\{0*40\}|x40|@)/gi;
/** An apostrophe in a name, as texts, strings and markup spell it. */
const apostrophe = /(?:\\'|''|&#0*39;|&apos;|['’])$/;
/** `"first last"@host.org`: in quotes, a name may hold a space. */
const quotedName = /(?:\\"|(?<![\w\\])")[\p{L}\p{N}][\p{L}\p{N} .'+_-]{0,62}\\?"$/u;

export function findEmails(text: string): readonly Finding[] {
  const findings: Finding[] = [...findSpeltOut(text)];
  let taken = 0;
  for (const { 0: mark, index: at } of text.matchAll(sign)) {
    const start = at < taken ? at : (quotedStart(text, at) ?? localStart(text, at));
    if (start === at) continue;
    const domain = readDomain(text, at + mark.length);
    if (domain === null) continue;
    const end = at + mark.length + domain.length;
    const local = text.slice(start, at);
    const written = domain.replace(anyDot, '.');
    const host = written.toLowerCase();
    if (isInvented(local.toLowerCase(), host)) continue;
    const dot = anyDot.exec(domain)?.[0] ?? '.';
    anyDot.lastIndex = 0;
    const isEncoded = !mark.endsWith('@');
    if (isCode({ text, start, end, local, domain: written, isEncoded })) continue;
    const isPlain = mark === '@' && !/[&%\\]/.test(dot);
    const spelling = isPlain ? {} : { plain: `${local}@${host}`, at: mark, dot };
    findings.push({ start, end, kind: 'email', rule: 'email', ...spelling });
    taken = end;
  }
  return findings;
}

/**
 * Returns the index of the first character of the local part, which must be a letter or a digit and
 * not part of an escape: after `\n`, `\u003c` or `%3C`, the address begins behind the escape.
 */
function localStart(text: string, at: number): number {
  const first = Math.max(0, at - localCharactersMax);
  let start = at;
  while (start > first && localCharacter.test(text.charAt(start - 1))) start -= 1;
  start = behindOtherScript(text, withApostrophe(text, start), at);
  const local = text.slice(start, at);
  const escapes = text.charAt(start - 1) === '\\' ? stringEscape : urlEscape;
  start += escapes.exec(local)?.[0].length ?? 0;
  while (start < at && !/[\p{L}\p{N}]/u.test(text.charAt(start))) start += 1;
  return start;
}

/** Returns where a name in quotes begins; null if no quote stands before the sign. */
function quotedStart(text: string, at: number): number | null {
  if (text.charAt(at - 1) !== '"') return null;
  const before = text.slice(Math.max(0, at - localCharactersMax - 4), at);
  const name = quotedName.exec(before)?.[0];
  return name === undefined ? null : at - name.length;
}

/**
 * Returns where a name such as `o'brien` begins, if its part before `start` ends in an apostrophe.
 * A quote that opens a string, as in `b'ann@host.org'`, also closes it behind the address.
 */
function withApostrophe(text: string, start: number): number {
  const before = text.slice(Math.max(0, start - 32), start);
  const mark = apostrophe.exec(before)?.[0];
  if (mark === undefined) return start;
  const name = /(?<![\p{L}\p{N}_])\p{L}{1,12}$/u.exec(before.slice(0, -mark.length))?.[0];
  if (name === undefined) return start;
  if (mark === "'" && /^[^\s'"<>]{1,200}'/.test(text.slice(start, start + 256))) return start;
  return start - mark.length - name.length;
}

/** In Chinese, Japanese and Korean, no space parts an address from the word before it. */
function behindOtherScript(text: string, start: number, at: number): number {
  const local = text.slice(start, at);
  const other =
    /^.*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}](?=[\w.+-]+$)/u;
  return start + (other.exec(local)?.[0].length ?? 0);
}

/** Returns the longest domain that begins here and ends in a top-level domain; null if none. */
function readDomain(text: string, from: number): string | null {
  domainCharacters.lastIndex = from;
  const run = domainCharacters.exec(text)?.[0];
  if (run === undefined || run.length > domainCharactersMax) return null;
  const after = text.charAt(from + run.length);
  // `@name.of.it@` is a build tool's variable, and `a_b` is not a host name.
  if (after === '@' || after === '_') return null;
  const whole = run.replace(trailing, '');
  const dots = [...whole.matchAll(anyDot)].map(({ index }) => index);
  const labels = whole.split(anyDot);
  if (labels.length < 2 || !labels.every(isLabel)) return null;
  // The domain is a version, as in `name@1.2.x`, or a density, as in `icon@2x.png`.
  if (/^v?\d+(?:\.\d|x(?:\.|$))/i.test(run)) return null;
  for (let count = labels.length; count >= 2; count -= 1) {
    const last = labels[count - 1] ?? '';
    const length = dots[count - 1] ?? whole.length;
    if (isTopLevelDomain(last) || isForeignLabel(last)) return run.slice(0, length);
    // A word of another script follows without a space.
    const ascii = /^[a-z]{2,}(?=\P{ASCII})/u.exec(last)?.[0];
    if (ascii !== undefined && isTopLevelDomain(ascii)) {
      return run.slice(0, length - last.length + ascii.length);
    }
    // A capitalised last label may be the first word of the next sentence.
    if (!/^\p{Lu}/u.test(last)) return null;
  }
  return null;
}

/** Whether a last label is in another script; there, nothing but an address has this form. */
function isForeignLabel(label: string): boolean {
  return /^[\p{L}\p{M}]{2,}$/u.test(label) && !/[\p{Script=Latin}]/u.test(label);
}

function isLabel(label: string): boolean {
  return label.length <= 63 && /^[\p{L}\p{N}](?:.*[\p{L}\p{N}\p{M}])?$/u.test(label);
}

interface Candidate {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly local: string;
  /** With plain dots, and in upper and lower case as in the text. */
  readonly domain: string;
  /** The sign is not the character `@`. */
  readonly isEncoded: boolean;
}

/** Whether the characters around the match show that it is program syntax, not an address. */
function isCode({ text, start, end, local, domain, isEncoded }: Candidate): boolean {
  const last = domain.slice(domain.lastIndexOf('.') + 1).toLowerCase();
  const before = text.charAt(start - 1);
  // The match is a format argument, a variable, or a path with an extension like a country code.
  if (/[%$]/.test(before)) return true;
  if (/[/\\]/.test(before) && /^(?:cc|md|ml|pl|pm|ps|py|rs|sh|so)$/.test(last)) return true;
  // `this@Outer.name` of Kotlin.
  if (/^(?:this|super|return|break|continue)$/.test(local) && /^\p{Lu}|^\w+\.\w+$/u.test(domain)) {
    return true;
  }
  // The operands of an operator: letters on both sides, and an attribute.
  if (/^\w\./.test(domain) && isWordOfCode(last)) return true;
  // The right operand of Python's operator `@` is a call or an index.
  if (/[([]/.test(text.charAt(end)) && isWordOfCode(last)) return true;
  // An encoded sign divides nothing: in a URL, too, it is a part of somebody's name.
  if (isEncoded) return false;
  return isRemote(text, end) || isUserOfUrl(text, start);
}

/** Whether a path or port follows the host, as in `host:path` and `host:port` of remotes. */
function isRemote(text: string, end: number): boolean {
  if (text.charAt(end) !== ':') return false;
  return /^:(?:\d{2,5}(?!\w)|[~\w.-]*\/|[\w.-]+\.git\b)/.test(text.slice(end, end + urlCharacters));
}

/** Whether the local part is the user name, or the end of the password, of a URL. */
function isUserOfUrl(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - urlCharacters), start);
  return /:\/\/[^\s/@"'`<>,;(){}[\]]*$/.test(before);
}
