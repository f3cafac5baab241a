/**
 * Patterns of how a value is bound to a name: by assignment in programs, settings and headers, as
 * an argument after the name, as an XML element or attribute, by a second entry `value` beside the
 * entry `name`, or by white space after an option or a keyword.
 */

import { stringOpening } from './literals.ts';

/** Quotes and brackets that close after a name, as in `map["name"] = `. */
const closing = String.raw`\\{0,3}["'\x60]?[\])]{0,2}`;
const beforeString = `(?=${stringOpening})`;
/** A type between a name and its value; a string must follow, else the type may be the value. */
const type = String.raw`(?:[?!]?[ \t]?:[ \t]?|[ \t]+)[&*]?(?:'static |const )?[A-Za-z_][\w.<>&'?|*[\] ]{0,40}?[ \t]?`;
const operator = '(?:[?|:+!]{0,2}={1,3}>?|->|:)';
/** A function, a constructor or a bracket that may wrap a string value. */
const wrapper = String.raw`(?:(?:(?:new |await )?[A-Za-z_][\w.:]{0,40}[!(]|\()\s{0,40}${beforeString})?`;
/** An anchor or a tag of YAML before the value. */
const tag = String.raw`(?:(?:&[A-Za-z][\w-]*|!{1,2}[a-z]+)[ \t]+)?`;
/** A line break before a string, or before a YAML block scalar. */
const nextLine = String.raw`[ \t]{0,4}(?:\r?\n[ \t]{1,60}${beforeString}|[>|][+-]?[ \t]*\r?\n[ \t]{1,60})`;

const assigned = [
  String.raw`${closing}[ \t]{0,20}(?:\[\d{0,5}\])?[ \t]{0,20}`,
  String.raw`(?:${type}=(?=\s{0,60}${beforeString})|${operator})`,
  String.raw`(?:${nextLine}|[ \t]{0,20}${tag}${wrapper})`,
].join('');

const argument = String.raw`["'\x60][ \t]{0,8},\s{0,40}${beforeString}`;
const called = String.raw`[ \t]?\(\s{0,40}${beforeString}`;
const element = String.raw`["']?[^<>\r\n]{0,80}>\s{0,40}(?:<(?:string|value|data)>\s{0,40})?(?:<!\[CDATA\[)?(?=[^\s<])`;
const secondEntry = [
  String.raw`["'\x60]?,?\s{1,40}["'\x60]?(?:value|val|default|defaultValue|content)["'\x60]?`,
  String.raw`[ \t]{0,8}[:=][ \t]{0,8}`,
].join('');
const block = String.raw`["'][ \t]*\{[^{}]{0,200}?\bdefault[ \t]*=[ \t]*`;
/** `The password is …`, in prose. */
const stated = String.raw`["'\x60*_]{0,3}[ \t]+(?:is|was)(?:[ \t]+(?:now|currently|set to))?:?[ \t]+`;
const spaced = String.raw`["']?[ \t]{1,8}(?=[^\s=:-])`;

export type Form = 'entry' | 'assigned' | 'element' | 'argument' | 'call' | 'stated' | 'spaced';

/** All bindings, in the order in which they are tried. */
export const bindings: readonly { readonly form: Form; readonly pattern: RegExp }[] = [
  { form: 'entry', pattern: new RegExp(secondEntry, 'y') },
  { form: 'entry', pattern: new RegExp(block, 'y') },
  { form: 'entry', pattern: /<\/key>\s{0,40}<string>/y },
  { form: 'assigned', pattern: new RegExp(assigned, 'y') },
  { form: 'argument', pattern: new RegExp(argument, 'y') },
  { form: 'call', pattern: new RegExp(called, 'y') },
  { form: 'element', pattern: new RegExp(element, 'y') },
  { form: 'stated', pattern: new RegExp(stated, 'y') },
  { form: 'spaced', pattern: new RegExp(spaced, 'y') },
];

/** Options and keywords after which only white space separates name and value. */
const keyword = new RegExp(
  [
    String.raw`(?:^|[\s"'\x60(,[])-{1,2}[\w-]*$`,
    String.raw`|^\s*(?:ENV|ARG|env|setenv|setx|set(?: -\w+)*|export|#\s*define|define|SetEnv`,
    String.raw`|fastcgi_param|proxy_set_header|uci set)\s+\S*$`,
  ].join(''),
);
const netrc = /(?:^|\s)(?:machine|login|default|account)\s/;

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
