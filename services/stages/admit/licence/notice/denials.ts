/**
 * Tells a grant from a sentence that says that a licence does not hold (`not licensed under the
 * GPL`), asks whether it does, or says it of what the program uses. In doubt it is a grant: a file
 * that is refused costs less than one that is wrongly admitted.
 */
import { stop } from './prose.ts';

/** The words by which a language says so; alternatives. */
interface Words {
  /** Negations: from one of them to the name of the licence stand only verbs. */
  readonly no: string;
  /** What takes a negation back, as in `not except under the GPL`. */
  readonly except: string;
  /** Begins what holds instead. */
  readonly instead: string;
  /** Begins an indirect question. */
  readonly whether: string;
  /** Verbs whose object, and not the file, has the licence. */
  readonly uses: string;
}

const e = '(?:é|è|e)';

const languages = {
  english: {
    no: 'not|never|no longer|cannot|isnt|arent|wasnt|werent|cant|wont|hasnt|havent|mustnt|shouldnt',
    except: 'except|unless|only|other than|otherwise|without|just|merely|solely',
    instead: 'but|instead|rather',
    whether: 'whether|(?:checks?|tests?|true|see|verif(?:y|ies)|tells?|detects?) if',
    uses: 'uses|requires|links|loads|calls|wraps|invokes|depends|relies',
  },
  german: {
    no: 'nicht|nie|niemals|keinesfalls',
    except: 'nur|au(?:ß|ss)er|sofern|ander[a-z]+ (?:lizenz )?als|ausschlie(?:ß|ss)lich',
    instead: 'sondern|aber|stattdessen',
    whether: 'ob',
    uses: 'nutzt|verwendet|benutzt|ben(?:ö|oe)tigt|braucht|l(?:ä|ae)dt|ruft|bindet|h(?:ä|ae)ngt|linkt',
  },
  french: {
    no: 'pas|plus|jamais|aucunement',
    except: `que|sauf|except${e}|hormis|seulement|uniquement|exclusivement|sinon`,
    instead: 'mais|plut(?:ô|o)t',
    whether: `(?:v${e}rifie|teste|indique|d${e}termine|regarde|contr(?:ô|o)le)[a-z]{0,2} si`,
    uses: `utilise(?:nt)?|emploie|d${e}pend|n${e}cessite|requiert|appelle|charge`,
  },
  spanish: {
    no: 'no|nunca|jamás|jamas',
    except: 'salvo|excepto|s(?:ó|o)lo|solamente|(?:ú|u)nicamente|distint[ao] de|otra que|no sea',
    instead: 'sino|pero',
    whether: '(?:comprueba|verifica|indica|determina|mira|comprobar|verificar) si',
    uses: 'usa|utiliza|emplea|depende|requiere|necesita|enlaza|llama|carga',
  },
  italian: {
    no: 'non|mai',
    except:
      'se non|salvo|tranne|eccetto|solo|soltanto|solamente|unicamente|divers[ao] da|altra che',
    instead: 'ma|bens(?:ì|i)',
    whether: '(?:verifica|controlla|indica|determina|verificare|controllare) se',
    uses: 'usa|utilizza|impiega|dipende|richiede|collega|chiama|carica',
  },
  portuguese: {
    no: 'não|nao|nunca|jamais',
    except: 'exceto|salvo|a n(?:ã|a)o ser|somente|s(?:ó|o)|apenas|unicamente|diferente d[ae]',
    instead: 'mas|e sim',
    whether: '(?:verifica|confere|indica|determina|testa|verificar) se',
    uses: 'usa|utiliza|emprega|depende|requer|precisa|chama|carrega',
  },
  dutch: {
    no: 'niet|nooit|geenszins',
    except: 'behalve|tenzij|alleen|slechts|enkel|uitsluitend|andere dan',
    instead: 'maar',
    whether: '(?:controleert|kijkt|test|bepaalt) of',
    uses: 'gebruikt|vereist|laadt|roept|hangt|linkt',
  },
  polish: {
    no: 'nie|nigdy',
    except: 'chyba|tylko|wy(?:ł|l)(?:ą|a)cznie|jedynie|z wyj(?:ą|a)tkiem|inn[a-z]+ ni(?:ż|z)',
    instead: 'ale|lecz',
    whether: 'czy',
    uses: 'u(?:ż|z)ywa|korzysta|wymaga|zale(?:ż|z)y|(?:ł|l)aduje|wywo(?:ł|l)uje',
  },
  russian: {
    no: 'не|никогда|нельзя',
    except: 'кроме|только|лишь|иначе|исключительно|отличн[а-я]+',
    instead: 'а|но',
    whether: 'ли',
    uses: 'использует|требует|зависит|загружает|вызывает|подключает',
  },
} as const satisfies Readonly<Record<string, Words>>;

export type Language = keyof typeof languages | 'japanese' | 'chinese';

/** What joins two statements, of which the second does not share the first one's negation. */
const joining =
  'and|or|but|und|oder|sondern|et|ou|mais|y|o|sino|e|ed|ma|bensì|en|of|maar|i|lub|ale|и|или|но|а';
/** Begins a statement about the file itself. */
const these = [
  String.raw`this|these|it|dies\p{L}*|cet?|cette|ces|est[aeo]s?|quest[aeio]|dit|deze|niniejsz\p{L}*`,
  String.raw`|эт\p{L}*|данн\p{L}*`,
].join('');
/** Behind a comma, the sentence goes on about what it spoke of last. */
const relative = String.raw`which|that|die|das|der|welche|qui|che|que|dat|kt(?:ó|o)r\p{L}|котор\p{L}+`;
/** A word of a running sentence: a capital may begin another one. */
const small = String.raw`(?: (?!(?:${joining}) )\p{Ll}[\p{L}\p{M}_-]*)`;
/** The same with names. */
const any = [
  String.raw`(?:(?: |, (?=(?:${relative}) ))(?!(?:${joining}|${these}|same) )`,
  String.raw`[\p{L}\p{N}][\p{L}\p{N}_./+-]*)`,
].join('');

interface Patterns {
  readonly no: RegExp;
  readonly except: RegExp;
  readonly instead: RegExp;
  readonly whether: RegExp;
  readonly uses: RegExp;
}

const patternsOf = new Map(
  Object.entries(languages).map(([language, words]) => [language, patterns(words)]),
);

function patterns({ no, except, instead, whether, uses }: Words): Patterns {
  const first = String.raw`(?<!\p{L})`;
  const anyCase = no.split('|').flatMap((word) => [word, capital(word), word.toUpperCase()]);
  return {
    no: new RegExp(String.raw`${first}(?:${anyCase.join('|')})${small}{0,4} ?$`, 'u'),
    except: new RegExp(String.raw`${first}(?:${except})(?!\p{L})`, 'iu'),
    instead: new RegExp(String.raw`${first}(?:${instead})(?!\p{L})`, 'iu'),
    whether: new RegExp(String.raw`${first}(?:${whether})(?: (?:${these}))?${any}{0,9} ?$`, 'iu'),
    // In upper case it may begin a line that has no more to do with the next one.
    uses: new RegExp(String.raw`${first}(?:${uses})${any}{1,9} ?$`, 'u'),
  };
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** A sentence with more words before the licence says nothing of these. */
const beforeCharacters = 200;
const sentenceEnd = new RegExp(String.raw`[.!?;:][)\s]|${stop}`, 'g');
/** What stands in a grant before the preposition, from which on it names the licence. */
const head = /^(.*)\b(?:under|by|to|in|unter)\b/i;

/**
 * Returns the part of the clause behind a grant in which the names of granted licences stand; empty
 * if the sentence grants none. `start` is the grant's index in the prose, `match` its words.
 */
export function grantedPart(
  language: Language,
  prose: string,
  start: number,
  match: string,
  clause: string,
): string {
  if (language === 'japanese') return japanesePart(clause);
  if (language === 'chinese') return chinesePart(clause);
  const { no, except, instead, whether, uses } = patternsOf.get(language) as Patterns;
  const text =
    prose.slice(Math.max(0, start - beforeCharacters), start) + (head.exec(match)?.[1] ?? '');
  const before = text.slice(endOfLast(text, sentenceEnd));
  if (whether.test(before) || uses.test(before)) return '';
  const denied = no.exec(before)?.[0];
  if (denied === undefined) return clause;
  const [near = ''] = /^[^,;]*/.exec(clause) ?? [];
  if (except.test(denied) || except.test(near)) return clause;
  const at = clause.search(instead);
  return at === -1 ? '' : clause.slice(at);
}

function endOfLast(text: string, pattern: RegExp): number {
  const last = [...text.matchAll(pattern)].at(-1);
  return last === undefined ? 0 : last.index + last[0].length;
}

const asked = /かどうか|か否か|(?:ある|いる|する|された|です)か(?![らつ])|是否/;

/** Behind the name, what makes a grant of it in Japanese, and what makes none. */
const japaneseGrant = new RegExp(
  [
    String.raw`(?:GPL|ライセンス|許諾(?:契約)?書|[\d.)）」』版+]|以降|バージョン) ?(?:の(?:定める)?(?:下|もと|元|条件|条項|規定|規約)`,
    'に(?:従|基|準|もと|則)|で(?:す|ある|配布|頒布|公開|提供|リリース|ライセンス)|が適用|を適用|と(?:なり|し)|下)',
  ].join('|'),
);
const japaneseNo = /ません|では?な[いくか]|(?:され|し|て|い)ない|ずに/;
const japaneseExcept = /以外|限り|のみ|だけ/;

function japanesePart(clause: string): string {
  return sentencesOf(clause, (sentence) => {
    const rest = sentence.replace(/保証[^。]{0,20}(?:ません|ない)/g, '');
    if (asked.test(rest) || !japaneseGrant.test(rest)) return false;
    return !japaneseNo.test(rest) || japaneseExcept.test(rest);
  });
}

/** The same in Chinese: words before the name or behind it. */
const chineseGrant = new RegExp(
  [
    '(?:根据|根據|按照|依据|依據|依照|遵循|遵守|采用|採用|使用|基于|基於|以|受|在|是|为|為).{0,60}',
    '(?:GPL|许可|許可|授权|授權|协议|協議)',
    '|(?:GPL|许可证|許可證|协议|協議|条款|條款).{0,20}(?:发布|發布|发行|發行|授权|授權|许可|許可|散布)',
  ].join(''),
);
const chineseNo =
  /(?:不|未|没有|沒有|并非|並非|非)(?:再)?(?:是|使用|采用|採用|按照|根据|以|受|在|遵循|基于)/;
const chineseOther =
  /(?:GPL|许可证|許可證|协议|協議|授权|授權)(?:许可|授权)?的(?:第三方)?(?:库|庫|代码|程式|软件|軟體|组件|模块|项目)/;
const chineseExcept = /除|仅|僅|只/;

function chinesePart(clause: string): string {
  return sentencesOf(clause, (sentence) => {
    if (asked.test(sentence) || !chineseGrant.test(sentence)) return false;
    if (chineseOther.test(sentence)) return false;
    return !chineseNo.test(sentence) || chineseExcept.test(sentence);
  });
}

function sentencesOf(clause: string, grants: (sentence: string) => boolean): string {
  return clause.split('。').filter(grants).join('。');
}
