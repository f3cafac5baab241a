/**
 * Patterns of how a value is bound to a name: by assignment in programs, settings and headers, as
 * an argument after the name, as an XML element or attribute, by a second entry `value` beside the
 * entry `name`, or by white space after an option or a keyword.
 */

import { stringOpening } from './literals.ts';

/** Quotes and brackets that close after a name, as in `map["name"] = `. */
const closing = String.raw`\\{0,3}["'\x60]?[\])}]{0,2}`;
const beforeString = `(?=${stringOpening})`;
/** A type between a name and its value; a string must follow, else the type may be the value. */
const type = String.raw`(?:[?!]?[ \t]?:[ \t]?|[ \t]+)(?:<\w{1,10}>|[&*]?(?:'static |const )?(?:\[\w{1,10}; ?\w{1,8}\]|[A-Za-z_][\w.<>&'?|*[\] ]{0,40}?))[ \t]?`;
const operator = String.raw`(?:[?|:+!]{0,2}={1,3}>?|->|<{1,2}-|(?<=\bread [^\r\n]{0,60})<<<|:)`;
/** A function, a constructor or a bracket that may wrap a string value. */
const called = String.raw`(?:(?:new |await )?(?:\[\])?[A-Za-z_][\w.:]{0,40}[!(]|\()\s{0,40}`;
/** The key before the fallback, as in `getenv("X", "…")`, or the name of the argument. */
const firstArgument = String.raw`(?:["'][\w.:/-]{1,60}["']\s{0,4},\s{0,40}|(?:default|value|initial)\s{0,4}[:=]\s{0,4})?`;
/** What stands before a fallback, as in `ENV["X"] || "…"`. */
const tried = String.raw`(?:<%=?\s{0,4})?[A-Za-z_][\w.$]{0,40}(?:[[(]["']?[\w.-]{0,40}["']?[\])])?[ \t]{1,4}(?:\|\||or|\?\?|\?:)[ \t]{1,4}`;
const wrapper = String.raw`(?:(?:${called}${firstArgument}|${tried}|\[\s{0,40})${beforeString})?`;
/** An anchor or a tag of YAML before the value. */
const tag = String.raw`(?:(?:&[A-Za-z][\w-]*|!{1,2}[a-z]+)[ \t]+)?`;
/** A line break before a string, or before a YAML block scalar. */
const nextLine = String.raw`[ \t]{0,4}(?:\r?\n[ \t]{1,60}${beforeString}|[>|][+-]?[ \t]*\r?\n[ \t]{1,60})`;

const assigned = [
  String.raw`${closing}[ \t]{0,20}(?:\[\d{0,5}\])?[ \t]{0,20}`,
  String.raw`(?:${type}=(?=\s{0,60}${wrapper}${beforeString})|${operator})`,
  String.raw`(?:${nextLine}|[ \t]{0,20}${tag}${wrapper})`,
].join('');

const argument = String.raw`["'\x60][ \t]{0,8},\s{0,40}${beforeString}`;
const inCall = String.raw`[ \t]?\(\s{0,40}${beforeString}`;
const element = String.raw`["']?[^<>\r\n]{0,80}>\s{0,40}(?:<(?:string|value|data)>\s{0,40})?(?:<!\[CDATA\[)?(?=[^\s<])`;
const secondEntry = [
  String.raw`["'\x60]?,?\s{1,40}["'\x60]?(?:value|val|default|defaultValue|content)["'\x60]?`,
  String.raw`[ \t]{0,8}[:=][ \t]{0,8}`,
].join('');
/** In YAML, the entry `value` of the next line. */
const below = String.raw`[ \t]{0,4}:[ \t]{0,8}\r?\n[ \t]{1,60}(?:value|default)[ \t]{0,4}:[ \t]{0,8}`;
/** Kotlin's pairs: `"name" to "…"`. */
const paired = String.raw`["'][ \t]{1,4}to[ \t]{1,4}${beforeString}`;
/** A property that a function or an accessor gives, as in Swift, Kotlin and C#. */
const property = [
  String.raw`(?:[ \t]?:[ \t]?[\w.<>?]{1,40})?[ \t]{0,4}(?:get\(\)[ \t]{0,4}=|by[ \t]+lazy[ \t]*\{`,
  String.raw`|\{[ \t]*get;[^{}\r\n]{0,40}\}[ \t]*=|\{(?:[ \t]*get[ \t]*\{)?(?:[ \t]*return\b)?)`,
  String.raw`\s{0,40}${beforeString}`,
].join('');
/** The entry of a map whose name says that its values are secrets. */
const inMap = String.raw`["']?[ \t]{0,8}[:=]{1,2}>?[ \t]{0,8}\{\s{0,40}["'][^"'\r\n]{1,60}["'][ \t]{0,4}(?::|=>?)[ \t]{0,4}${beforeString}`;
const block = String.raw`["'][ \t]*\{[^{}]{0,200}?\bdefault[ \t]*=[ \t]*`;
/** `The password is …`, in prose. */
const stated = String.raw`["'\x60*_]{0,3}[ \t]+(?:is|was)(?:[ \t]+(?:now|currently|set to))?:?[ \t]+`;
/** A name as a symbol, or at the start of a line, before a string that may have a tag. */
const quoted = String.raw`(?:,[ \t]{0,8}|[ \t]{1,8})(?:#[A-Za-z][\w./-]{0,40}[ \t]{1,4})?${beforeString}`;
const spaced = String.raw`["']?[ \t]{1,8}(?=[^\s=:-])`;

const nextString = String.raw`\\?["'\x60]\s{0,4},\s{0,40}`;
/** From the end of a string to the next one of its list. */
export const nextInList = new RegExp(nextString + beforeString, 'y');
const key = String.raw`["'][^"'\r\n]{1,60}["'][ \t]{0,4}(?::|=>?)[ \t]{0,4}`;
/** From the end of a string to the next value of its map. */
export const nextInMap = new RegExp(nextString + key + beforeString, 'y');

export type Form =
  | ('entry' | 'assigned' | 'map' | 'element' | 'argument' | 'call' | 'stated' | 'quoted')
  | 'spaced';

/** All bindings, in the order in which they are tried. */
export const bindings: readonly { readonly form: Form; readonly pattern: RegExp }[] = [
  { form: 'entry', pattern: new RegExp(secondEntry, 'y') },
  { form: 'entry', pattern: new RegExp(block, 'y') },
  { form: 'entry', pattern: /<\/key>\s{0,40}<string>/y },
  { form: 'entry', pattern: new RegExp(below, 'y') },
  { form: 'entry', pattern: new RegExp(paired, 'y') },
  { form: 'assigned', pattern: new RegExp(assigned, 'y') },
  { form: 'assigned', pattern: new RegExp(property, 'y') },
  { form: 'map', pattern: new RegExp(inMap, 'y') },
  { form: 'argument', pattern: new RegExp(argument, 'y') },
  { form: 'call', pattern: new RegExp(inCall, 'y') },
  { form: 'element', pattern: new RegExp(element, 'y') },
  { form: 'stated', pattern: new RegExp(stated, 'y') },
  { form: 'quoted', pattern: new RegExp(quoted, 'y') },
  { form: 'spaced', pattern: new RegExp(spaced, 'y') },
];

/** Options and keywords after which only white space separates name and value. */
const keyword = new RegExp(
  [
    String.raw`(?:^|[\s"'\x60(,[])-{1,2}[\w-]*$`,
    String.raw`|\b(?:config\w*|secrets?|variables?) set(?: --?\w+)*\s+\S*$`,
    String.raw`|^\s*(?:ENV|ARG|env|setenv|setx|set(?: -\w+)*|export|#\s*define|define|SetEnv`,
    String.raw`|fastcgi_param|proxy_set_header|uci set)\s+\S*$`,
  ].join(''),
);
const netrc = /(?:^|\s)(?:machine|login|default|account)\s/;

/** Whether a string after the name is bound to it: the name is a symbol, or begins the line. */
export function bindsString(before: string, between: string): boolean {
  if (/(?:^|[\s(,[{]):$/.test(before)) return true;
  return /^\s*$/.test(before) && !between.includes(',');
}

/** Whether white space after this name binds a value; the line's text before the name decides. */
export function bindsBySpace(name: string, before: string, inSettings: boolean): boolean {
  if (
    /^password$/i.test(name) &&
    /\b(?:USER|ROLE|WITH|IDENTIFIED|ENCRYPTED|LOGIN)\b[^;]*$/i.test(before)
  )
    return true;
  if (/^bearer$/i.test(name) || keyword.test(before)) return true;
  if (
    /^pass(?:word|wd)$/i.test(name) &&
    (netrc.test(before) || (inSettings && /^\s*$/.test(before)))
  ) {
    return true;
  }
  return (
    inSettings &&
    /^(?:requirepass|masterauth|\w*(?:token|secret|password|api[-_]?key))$/i.test(name) &&
    /^\s*$/.test(before)
  );
}
