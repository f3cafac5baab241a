/**
 * Patterns of how a value is bound to a name: by assignment in programs, settings and headers, as
 * an argument after the name, as an XML element or attribute, by a second entry `value` beside the
 * entry `name`, or by white space after an option or a keyword.
 */
import { stringOpening } from './literals.ts';

/** Quotes, marks and brackets that close after a name, as in `map["name"] = ` and `**name**:`. */
const closing = String.raw`\\{0,3}["'\x60]?\*{0,2}[\])}]{0,2}(?:\.(?:value|text))?`;
const beforeString = `(?=${stringOpening})`;
/** A type between a name and its value; a string must follow, else the type may be the value. */
const type = String.raw`(?:[?!]?[ \t]?:[ \t]?|[ \t]+)(?:<\w{1,10}>|\[\]const u8|[&*]?(?:'static |const )?(?:\[\w{1,10}(?:; ?\w{1,8})?\]|[A-Za-z_][\w.<>&'?|*[\] ]{0,40}?))[ \t]?`;
/** Among them a shell's `:-` before a default, and the marks behind `**name:**`. */
const operator = String.raw`(?:[?|:+!]{0,2}={1,3}>?|->|<{1,2}-|(?<=\bread [^\r\n]{0,60})<<<|(?<=\$\{[\w.]{1,60}):?-|::(?=[ \t])|:\*{0,2})`;
/** A function, a constructor or a bracket that may wrap a string value. */
const called = String.raw`(?:(?:new |await )?(?:\[\])?[A-Za-z_][\w.:]{0,40}[!(]|\()\s{0,40}`;
/** The key before the fallback, as in `getenv("X", "…")`, or the name of the argument. */
const firstArgument = String.raw`(?:["'][\w.:/-]{1,60}["']\s{0,4},\s{0,40}|(?:default|value|initial)\s{0,4}[:=]\s{0,4})?`;
/** What stands before a fallback, as in `ENV["X"] || "…"` and `f() if x else "…"`. */
const tried = [
  String.raw`(?:<%=?\s{0,4})?[A-Za-z_](?:[^\r\n"'\x60;,{}]|["'][\w.:/-]{0,60}["']){0,100}?`,
  String.raw`[ \t]{1,4}(?:\|\||or|\?\?|\?:?|:|else|\{)[ \t]{1,4}`,
].join('');
/** A fallback is tried first: the text before it may hold a call with a string. */
const wrapper = [
  String.raw`(?:(?:${tried}|${called}${firstArgument}|\[\s{0,40}|<<)${beforeString}`,
  String.raw`|\$\{[\w.]{1,60}:?[-=](?=[^\s{}]))?`,
].join('');
/** An anchor or a tag of YAML before the value. */
const tag = String.raw`(?:(?:&[A-Za-z][\w-]*|!{1,2}[a-z]+)[ \t]+)?`;
/** A line break before a string, before a YAML block scalar, or behind a backslash. */
const nextLine = String.raw`[ \t]{0,4}(?:\r?\n[ \t]{1,60}${beforeString}|[>|][+-]?[ \t]*\r?\n[ \t]{1,60}|\\\r?\n[ \t]{0,60})`;

const assigned = [
  String.raw`${closing}[ \t]{0,20}(?:\[\d{0,5}\])?[ \t]{0,20}`,
  String.raw`(?:${type}:?=(?=\s{0,60}${wrapper}${beforeString})|${operator})`,
  String.raw`(?:${nextLine}|[ \t]{0,20}${tag}${wrapper})`,
].join('');

const argument = String.raw`\]?["'\x60][ \t]{0,8},\s{0,40}(?:with:\s{0,4})?${beforeString}`;
/** The default of an option that a program declares, behind its other settings. */
const declared = [
  String.raw`["'],\s{0,40}(?:(?:\w{1,20}\s?=\s?)?(?:["'][^"'\r\n]{0,80}["']|[\w.]{1,40})\s?,\s{0,40}){1,6}`,
  String.raw`default\s?=\s?${beforeString}`,
].join('');
/** What holds if there is no value of that name: `var("X").unwrap_or("…")`. */
const otherwise = [
  String.raw`["'\x60][\])]{1,3}(?:\.ok\(\))?\s{0,40}\.(?:unwrap_or(?:_else)?|or_else|orElse(?:Get)?|getOrElse`,
  String.raw`|get_or_else|getOrDefault)\((?:\|_?\||\(\)[ \t]?->)?\s{0,40}${beforeString}`,
].join('');
/** The same in templates: `.Values.password | default "…"`. */
const defaulted = String.raw`[ \t]{0,4}\|[ \t]{0,4}default[ \t(]{1,2}${beforeString}`;
/** What a test types into the field of that name. */
const typed = String.raw`\]?["'\x60]\){1,3}\s{0,40}\.(?:type|fill|clear_and_type|sendKeys|send_keys|set|setValue|val|typeText)\(${beforeString}`;
const inCall = String.raw`[ \t]?\(\s{0,40}${beforeString}`;
const element = String.raw`["']?[^<>\r\n]{0,80}>\s{0,40}(?:<(?:string|value|data)>\s{0,40})?(?:<!\[CDATA\[)?(?=[^\s<])`;
/** Entries and attributes of other names between the name and its value. */
const others = [
  String.raw`(?:["'][\w-]{1,30}["']\s?:\s?(?:["'][^"'\r\n]{0,80}["']|\w{1,12})\s?,\s{0,40}`,
  String.raw`|[\w:-]{1,30}=["'][^"'<>\r\n]{0,80}["']\s{1,40}){0,3}?`,
].join('');
const secondEntry = [
  String.raw`["'\x60]?(?:,\s{0,40}|\s{1,40})${others}["'\x60]?(?:[a-z]{1,12}:)?(?:parameter)?`,
  String.raw`(?:value|val|default|defaultValue|content)["'\x60]?[ \t]{0,8}[:=][ \t]{0,8}`,
].join('');
/** A map that holds the value beside what describes it. */
const mapOfOne = String.raw`["']?[ \t]{0,8}[:=][ \t]{0,8}\{\s{0,40}["']?(?:value|default|plaintext)["']?[ \t]{0,4}[:=][ \t]{0,4}`;
/** COBOL's way, and a fallback behind a variable that is nowhere assigned. */
const worded = [
  String.raw`[ \t]{1,4}PIC[ \t]{1,4}[\w()]{1,20}[ \t]{1,8}VALUE[ \t]{1,8}${beforeString}`,
  String.raw`|["']?[\])}]?[ \t]{1,4}(?:\|\||or|\?\?|\?:|//)[ \t]{1,4}${beforeString}`,
].join('');
/** In YAML, the entry `value` of the next line. */
const below = String.raw`[ \t]{0,4}:[ \t]{0,8}\r?\n[ \t]{1,60}(?:value|default)[ \t]{0,4}:[ \t]{0,8}`;
/** Kotlin's pairs, `"name" to "…"`, and AppleScript's `set name to "…"`. */
const paired = String.raw`["']?[ \t]{1,4}to[ \t]{1,4}${beforeString}`;
/** A property that a function or an accessor gives, as in Swift, Kotlin and C#. */
const property = [
  String.raw`(?:[ \t]?:[ \t]?[\w.<>?]{1,40})?[ \t]{0,4}(?:get\(\)[ \t]{0,4}=|by[ \t]+lazy[ \t]*\{`,
  String.raw`|\{[ \t]*get;[^{}\r\n]{0,40}\}[ \t]*=|\{(?:[ \t]*get[ \t]*\{)?(?:[ \t]*return\b)?)`,
  String.raw`\s{0,40}${beforeString}`,
].join('');
/** The entry of a map whose name says that its values are secrets. */
const inMap = String.raw`["']?[ \t]{0,8}[:=]{1,2}>?[ \t]{0,8}\{\s{0,40}(?:["'][^"'\r\n]{1,60}["']|[\w.-]{1,60})[ \t]{0,4}(?::|=>?)[ \t]{0,4}${beforeString}`;
const mapName = /(?:s|oauth|gitlab-token|bearer)$/i;
const block = String.raw`["'][ \t]*\{[^{}]{0,200}?\bdefault[ \t]*=[ \t]*`;
/** A cell behind the name in its row, and a value in marks behind its name, both in prose. */
const cell = String.raw`["'\x60*_]{0,3}[ \t]{0,20}\|[ \t]{0,20}(?=["'\x60*\w])\*{0,2}`;
const marked = String.raw`["'\x60*_]{0,3}[ \t]{1,4}(?=\x60)`;
/** `The password is …`, in prose. */
const stated = String.raw`["'\x60*_]{0,3}[ \t]+(?:is|was)(?:[ \t]+(?:now|currently|set to))?:?[ \t]+`;
/** A name as a symbol, or at the start of a line, before a string that may have a tag. */
const quoted = String.raw`\*?(?:,[ \t]{0,8}|[ \t]{1,8})(?:#[A-Za-z][\w./-]{0,40}[ \t]{1,4}|<<)?${beforeString}`;
const spaced = String.raw`["']?[ \t]{1,8}(?=[^\s=:-])`;

const nextString = String.raw`\\?["'\x60]\s{0,4},\s{0,40}`;
/** From the end of a string to the next one of its list. */
export const nextInList = new RegExp(nextString + beforeString, 'y');
const key = String.raw`(?:["'][^"'\r\n]{1,60}["']|[\w.-]{1,60})[ \t]{0,4}(?::|=>?)[ \t]{0,4}`;
/** From the end of a string to the next value of its map. */
export const nextInMap = new RegExp(nextString + key + beforeString, 'y');

export type Form =
  | ('entry' | 'assigned' | 'map' | 'element' | 'argument' | 'call' | 'stated' | 'quoted')
  | ('told' | 'text')
  | 'spaced';

interface Binding {
  readonly form: Form;
  readonly pattern: RegExp;
  /** The characters of which one follows the name; most names are followed by none of them. */
  readonly first: string;
}

function row(form: Form, pattern: string, first: string, flags = 'y'): Binding {
  return { form, pattern: new RegExp(pattern, flags), first };
}

const quotes = '"\'`';
const space = ' \t';

/** All bindings, in the order in which they are tried. */
export const bindings: readonly Binding[] = [
  row('entry', secondEntry, `${quotes}${space}\r\n,`, 'iy'),
  row('entry', block, quotes),
  row('text', String.raw`</key>\s{0,40}<(?:string|data)>\s{0,40}(?=[^\s<])`, '<'),
  row('entry', below, `${space}:`),
  row('entry', paired, quotes + space),
  row('entry', mapOfOne, `${quotes}${space}:=`),
  row('entry', worded, `${quotes}${space}])}`),
  row('assigned', assigned, `\\${quotes}${space}*])}.[?|:+!=-<`),
  row('assigned', property, `${space}:{`),
  row('map', inMap, `${quotes}${space}:=`),
  row('argument', declared, quotes),
  row('argument', argument, `]${quotes}`),
  row('argument', otherwise, quotes),
  row('assigned', defaulted, `${space}|`),
  row('argument', typed, `]${quotes}`),
  row('call', inCall, `${space}(`),
  row('element', element, '', 'iy'),
  row('stated', stated, `${quotes}${space}*_`),
  row('told', marked, `${quotes}${space}*_`),
  row('told', cell, `${quotes}${space}*_|`),
  row('quoted', quoted, `${space},*`),
  row('spaced', spaced, quotes + space),
];

/** Options and keywords after which only white space separates name and value. */
const keyword = new RegExp(
  [
    String.raw`(?:^|[\s"'\x60(,[])-{1,2}[\w-]*$`,
    String.raw`|\b(?:config\w*|secrets?|variables?) set(?: --?\w+)*\s+\S*$`,
    String.raw`|^\s*(?:ENV|ARG|env|setenv|setx|set(?: -\w+)*|export|#\s*define|define|SetEnv`,
    String.raw`|fastcgi_param|proxy_set_header|uci set)\s+\S*$`,
  ].join(''),
  'i',
);
const netrc = /(?:^|\s)(?:machine|login|default|account)\s/;

/** Whether the values of a map of this name are secrets. */
export function isMapOfSecrets(name: string): boolean {
  return mapName.test(name);
}

/**
 * Whether a string after the name is bound to it: the name is a symbol, begins the line, a list of
 * Lisp or a tuple of Erlang, is a constant among arguments, or is an option in SQL.
 */
export function bindsString(name: string, before: string, between: string): boolean {
  if (/(?:^|[\s(,[{]):$/.test(before)) return true;
  if (between.includes(',')) {
    if (/\{'?$/.test(before)) return true;
    return /^[A-Z\d_]+$/.test(name) && /[(,]\s*[\w.:]*$/.test(before);
  }
  if (/(?:^|[{;])\s*@?$/.test(before) || /\((?:[a-z][\w!*-]*\s+)?['*]*$/.test(before)) return true;
  return /\b(?:CREATE|ALTER|COPY|UNLOAD|CREDENTIALS?)\s[^'"]*(?:'[^']*'[^'"]*)*$/.test(before);
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
    /^(?:requirepass|masterauth|[\w-]*(?:token|secret|passw(?:or)?d|pw|api[-_]?key))$/i.test(
      name,
    ) &&
    /^\s*(?:[\w-]+\.){0,8}$/.test(before)
  );
}
