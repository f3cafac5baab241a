/**
 * What in a file speaks to a language model that reads it: orders to drop its instructions, marks
 * of chat templates, and text that people cannot see. Documents about models hold such text for
 * good reasons, so it is counted. Pure.
 */
import type { FileText } from '../file-text.ts';
import type { Counts } from '../gate.ts';
import { openCount, type Pattern } from './patterns.ts';

/** Between two words: blanks, ends of lines with the leaders of comments, quotes, marks. */
const gap = String.raw`[\s"'\x60*#/<>.,:|_!-]{1,24}`;

const filler = String.raw`(?:all|any|every|each|the|your|of|those|these|my|and|other|given|everything|whatever|rules|or)`;
const before = String.raw`(?:previous|prior|above|earlier|preceding|former|foregoing|initial|original)`;
const orders = String.raw`(?:instructions?|prompts?|directions|directives|guidelines|commands|messages|context)`;
const verb = String.raw`\b(?:ignore|disregard|forget|override|bypass|discard)`;
const given = String.raw`(?:above|before|so${gap}far|(?:that${gap})?you${gap}(?:were|have${gap}been|are|had${gap}been|have|got)${gap}(?:given|told|received|got))`;

const override = [
  `${verb}${gap}(?:${filler}${gap}){0,4}(?:${before}|system)${gap}(?:${filler}${gap}|${before}${gap}){0,2}${orders}\\b`,
  `${verb}${gap}(?:${filler}${gap}){1,4}${orders}${gap}(?:${filler}${gap}){0,2}${given}\\b`,
  `${verb}${gap}(?:all|everything)${gap}(?:(?:that|you)${gap}){0,2}(?:were|was|said|written)${gap}(?:told${gap}|said${gap})?(?:before|above|earlier)\\b`,
];

/** The same order in the languages of most repositories. */
const overrideElsewhere = [
  String.raw`(?:ignoriere|missachte|vergiss|vergessen sie|ignorieren sie)\s(?:\S{1,12}\s){0,3}(?:bisherigen|vorherigen|vorigen|obigen|früheren)\s(?:\S{1,12}\s)?(?:anweisungen|instruktionen|befehle|vorgaben)`,
  String.raw`(?:ignore[zr]?|oublie[zr]?)\s(?:\S{1,8}\s){0,3}(?:instructions|consignes|directives)\s(?:précédentes|antérieures|ci-dessus)`,
  String.raw`(?:ignor[ae]|olvid[ae]|esque[cç]a|dimentica)\s(?:\S{1,8}\s){0,3}(?:instrucciones|indicaciones|instruções|istruzioni)\s(?:anteriores|previas|prévias|acima|precedenti)`,
  String.raw`(?:игнорируй|игнорируйте|забудь|забудьте)\s(?:\S{1,8}\s){0,2}(?:предыдущие|прошлые|прежние)\s(?:инструкции|указания|команды)`,
  String.raw`(?:忽略|无视|無視|忘记|忘記|忽視)[^。\n]{0,8}(?:之前|以上|先前|前面|上述|上面)[^。\n]{0,6}(?:指令|指示|提示|命令)`,
  String.raw`(?:以前|これまで|上記|前)の(?:すべての|全ての)?(?:指示|命令|プロンプト)を(?:すべて|全て)?(?:無視|忘れ)`,
  String.raw`(?:이전|위)(?:의)?\s?(?:모든\s?)?(?:지시|명령|지침)(?:사항)?(?:을|를)?\s?(?:모두\s?)?(?:무시|잊)`,
];

const model = String.raw`(?:AI|LLM|language${gap}model|artificial${gap}intelligence|chat${gap}?bot|coding${gap}(?:agent|assistant)|AI${gap}(?:assistant|agent|model|system|reviewer|crawler))`;

const addressed = [
  String.raw`\b(?:if|when|since|as)${gap}you(?:${gap}are|'re|’re)${gap}(?:an?|the|some${gap}kind${gap}of)${gap}(?:automated${gap}|large${gap})?${model}\b`,
  String.raw`\b(?:attention|note${gap}to|message${gap}(?:to|for)|warning${gap}(?:to|for)|dear|hey|hello)${gap}(?:all${gap}|any${gap}|the${gap}|an?${gap}){0,2}${model}s?\b`,
];

const persona = [
  String.raw`\byou${gap}(?:are|will${gap}act|shall${gap}act)${gap}(?:now|from${gap}now${gap}on)${gap}(?:as${gap})?(?:DAN\b|jailbroken|unrestricted|an${gap}unrestricted|free${gap}(?:of|from)${gap}(?:all|any|your)|in${gap}(?:DAN|jailbreak|god|unrestricted|developer)${gap}mode)`,
  String.raw`\bdo${gap}anything${gap}now\b`,
  String.raw`\b(?:enter|enable|activate)${gap}(?:DAN|jailbreak)${gap}mode\b`,
];

const secrets = [
  String.raw`\b(?:reveal|print|repeat|output|show|leak|send|disclose|dump)${gap}(?:(?:me|us|back|all|of|out|verbatim)${gap}){0,3}your${gap}(?:(?:full|entire|exact|complete|own)${gap}){0,2}(?:system${gap}message|(?:system|hidden|initial|secret|original)${gap}(?:prompt|instructions))`,
  String.raw`\b(?:do${gap}not|don't|don’t|never)${gap}(?:tell|mention|reveal|disclose|show)${gap}(?:(?:the|to|any|this|these|anything|user|about|of)${gap}){1,6}(?:hidden${gap}|secret${gap})?(?:instructions?|prompt)\b`,
];

const chatTokens = [
  String.raw`<\|(?:im_start|im_end|im_sep|start_header_id|end_header_id|eot_id|begin_of_text|end_of_text|endoftext|system|user|assistant|end_of_turn)\|>`,
  String.raw`<(?:start|end)_of_turn>|<<\/?SYS>>|\[\/?INST\]`,
  '<｜(?:User|Assistant|begin▁of▁sentence|end▁of▁sentence)｜>',
];

/**
 * Tags, of which a flag has six at most; characters without width; and selectors of variants, of
 * which a sign has one. Long runs of them hold a text that nobody sees.
 */
const hidden = new RegExp(
  [
    String.raw`(?:\udb40[\udc00-\udc7f]){8,}`,
    String.raw`[\u200b-\u200d\u2060-\u2064\ufeff]{8,}`,
    String.raw`(?:[\ufe00-\ufe0f]|\udb40[\udd00-\uddef]){5,}`,
  ].join('|'),
  'g',
);

function row(kind: string, alternatives: readonly string[]): Pattern {
  return { kind, pattern: new RegExp(alternatives.join('|'), 'gi') };
}

const countOrders = openCount([
  row('override', override),
  row('override', overrideElsewhere),
  row('addressed', addressed),
  row('persona', persona),
  row('secrets', secrets),
  row('chat-token', chatTokens),
]);

function countPatterns(file: FileText): Counts {
  const count = file.text.match(hidden)?.length ?? 0;
  return { ...countOrders(file), ...(count > 0 && { 'hidden-text': count }) };
}

/** Signs without width within words, and letters that are written wide; no mark at the start. */
const disguise =
  /[\u00ad\u200b-\u200d\u2060-\u2064\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]|(?!^)\ufeff/;
const widthless = /[\u00ad\u200b-\u200d\u2060-\u2064\ufeff]+/g;

/** How often each kind is in the file; what is spelt so that only a machine reads it counts too. */
export function countInjections(file: FileText): Counts {
  // What hides or disguises a text comes behind these signs; most texts have no other.
  if (!/[^\0-\xac]/.test(file.text)) return countOrders(file);
  const found = countPatterns(file);
  if (!disguise.test(file.text)) return found;
  const text = file.text.replace(widthless, '').normalize('NFKC');
  const bare = countPatterns({ ...file, text });
  const kinds = new Set([...Object.keys(found), ...Object.keys(bare)]);
  return Object.fromEntries(
    [...kinds].map((kind) => [kind, Math.max(found[kind] ?? 0, bare[kind] ?? 0)]),
  );
}
