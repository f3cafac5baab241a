/**
 * Notices in other languages than English: the words before the name of a licence, by which a
 * notice grants it, the names that translations give the licences of GNU, and what they say of
 * versions. Who writes a notice in such a language mostly takes the translation of GNU's.
 */
import type { Language } from './denials.ts';

/** One of these is in every notice that is written in such a language. */
export const foreignWords = 'li[cz]en[czçst]|лиценз|ライセンス|許諾|许可|授權|授权';

const e = '(?:é|è|e)';

const german =
  '(?:li[zc]en[zs]iert|freigegeben|verbreitet|vertrieben|ver(?:ö|oe)ffentlicht|bereitgestellt)';

/** Grants of each language; what follows names the licence. An accent may be missing. */
export const foreignGrants: readonly (readonly [language: Language, grant: RegExp])[] = rows({
  german: [
    String.raw`\b(?:unter|gem(?:äß|äss|aess)|nach) den (?:Bedingungen|Bestimmungen)(?: und \w+)? (?:der|des)\b`,
    String.raw`\b(?:${german}|steht|gestellt)(?: [\wäöüß]+){0,3} unter (?:(?:der|einer|die|den)\b|(?=gnu|[al]?gpl|mpl|eupl|cc[- ]by|mit|apache|bsd))`,
    String.raw`\bunter (?:der|einer|den) (?=[^¶]{0,80} ${german}\b)`,
  ],
  french: [
    String.raw`\b(?:conform${e}ment|selon|suivant|sous|au titre|dans|en vertu|dapr${e}s)(?: (?:aux|les|des))? (?:dispositions|termes|clauses|conditions)(?: et \w+)? d(?:e|u|es)?\b`,
    String.raw`\b(?:sous|r${e}gie?s? par) (?:la |une |les |l)?(?=licen[cs]e)`,
  ],
  spanish: [
    String.raw`\b(?:bajo|seg(?:ú|u)n|conforme a|de acuerdo con) l[oa]s (?:t(?:é|e)rminos|condiciones)(?: y \w+)? (?:de|del)\b`,
    String.raw`\bbajo (?:la |una )?(?=licencia)`,
  ],
  italian: [
    String.raw`\b(?:(?:secondo|sotto|con) (?:i|le)|in base (?:ai|alle)|nei|alle) (?:termini|condizioni)(?: e \w+)? d(?:i|ell|ella)\b`,
    String.raw`\b(?:sotto|con) (?:la |una )?(?=licenza)`,
  ],
  portuguese: [
    String.raw`\b(?:sob|segundo|conforme|dentro|de acordo com)(?: d?[oa]s)? (?:termos|condi(?:ç|c)(?:õ|o)es)(?: e \S+)? d[aeo]\b`,
    String.raw`\bsob (?:a |uma )?(?=licen(?:ç|c)a)`,
  ],
  dutch: [String.raw`\bonder de (?:voorwaarden|bepalingen)(?: en \w+)? van\b`],
  polish: [String.raw`\b(?:na (?:warunkach|zasadach)|zgodnie z (?:warunkami|zasadami))`],
  russian: ['(?:на|согласно|по) услови(?:ям|ях) |под лицензией '],
  // These two name the licence before they say what may be done by it.
  japanese: ['(?:この|本)(?:プログラム|ソフトウェア|ライブラリ|ファイル|コード)は'],
  chinese: ['本(?:程序|程式|软件|軟體|文件|檔案|库|代码)'],
});

function rows(grants: Readonly<Partial<Record<Language, readonly string[]>>>) {
  return Object.entries(grants).flatMap(([language, patterns]) =>
    patterns.map((source) => [language as Language, new RegExp(source, 'gi')] as const),
  );
}

/** What stands before the name of a licence on a line of its own: `Lizenz: …`. */
export const foreignTags = [
  'lizenz|licencia|licenza|licen(?:ç|c)a|licentie|licencja|лицензия|',
  'ライセンス|许可证|許可證|许可协议|授权协议|授權條款',
].join('');

/** Translated names of the Affero GPL. */
export const translatedAffero = [
  `licen[cs]e publique g${e}n${e}rale (?:(?:de )?gnu )?affero(?: (?:de )?gnu)?`,
  'licencia p(?:ú|u)blica general (?:(?:de )?gnu )?(?:de )?affero(?: (?:de )?gnu)?',
  'licenza pubblica gener(?:ale|ica) (?:gnu )?affero(?: gnu)?',
  'licen(?:ç|c)a p(?:ú|u)blica geral (?:(?:do )?gnu )?affero(?: (?:do )?gnu)?',
].join('|');

/** Those of the Lesser GPL. */
export const translatedLesser = [
  `licen[cs]e publique g${e}n${e}rale (?:amoindrie|limit(?:é|e)e)(?: (?:de )?gnu)?`,
  'licencia p(?:ú|u)blica general (?:reducida|menor)(?: (?:de )?gnu)?',
  'licenza pubblica gener(?:ale|ica) attenuata(?: gnu)?',
  'licen(?:ç|c)a p(?:ú|u)blica geral menor(?: (?:do )?gnu)?',
  '劣等一般公衆利用許諾(?:契約)?書',
].join('|');

/** Translated names of the GPL. */
export const translatedGeneral = [
  'allgemeinen? (?:ö|oe)ffentlichen? (?:gnu[ -])?lizenz',
  `licen[cs]e publique g${e}n${e}rale(?: (?:de )?gnu)?`,
  'licencia (?:p(?:ú|u)blica general|general p(?:ú|u)blica)(?: (?:de )?gnu)?',
  'licenza pubblica gener(?:ale|ica)(?: gnu)?',
  'licen(?:ç|c)a p(?:ú|u)blica geral(?: (?:do )?gnu)?',
  'algemene publieke licentie',
  'powszechn(?:a|ej|ą) licencj(?:a|i|ę|ą) publiczn(?:a|ej|ą)(?: gnu)?',
  'общественн(?:ая|ой|ую) лицензи(?:я|и|ю|ей)(?: gnu)?',
  '一般公[衆共有](?:利用|使用)?(?:許諾(?:契約)?書?|ライセンス)',
  '通用公共(?:许可证|许可协议|授權|授权)',
].join('|');

/** `Version`, before its number. */
export const versionWord = String.raw`(?:\bversi(?:ons?|ón|one|e)|\bvers(?:ã|a)o|\bwersj[aię]|верси[ияюей]+|バージョン|版本|第)`;

/** `any later version`, and short `or later`. */
export const laterWords = [
  String.raw`(?:jede[nrs]?|einer|alle[nr]?) (?:sp(?:ä|ae)ter|neuer|h(?:ö|oe)her)en?`,
  String.raw`(?:oder|und|bzw\.?) (?:sp(?:ä|ae)ter|neuer|h(?:ö|oe)her|aktueller)`,
  `versions? (?:ult${e}rieure|sup${e}rieure|post${e}rieure|plus r${e}cente)`,
  `ou (?:ult${e}rieure|sup${e}rieure|post${e}rieure|plus r${e}cente|suivante)`,
  'versi(?:ó|o)n(?:es)? (?:posterior|superior|m(?:á|a)s (?:reciente|nueva|moderna))',
  String.raw`\bo (?:posterior|superior|m(?:á|a)s (?:reciente|nueva))`,
  'version[ei] (?:successiv|superior|posterior|pi(?:ù|u) recent)',
  String.raw`\bo (?:successiv|pi(?:ù|u) recent)`,
  'vers(?:ã|a)o (?:posterior|superior|mais (?:nova|recente))',
  'ou (?:posterior|superior|mais (?:nova|recente))',
  'latere versie|of (?:later|hoger|nieuwer)',
  '(?:p(?:ó|o)(?:ź|z)niejsz|lub (?:nowsz|wy(?:ż|z)sz))',
  'более (?:поздн|нов)|или (?:новее|выше|старше|позднее|позже)',
  '(?:以降|以後)の?(?:いずれかの)?バージョン|それ以降|以降の',
  String.raw`(?<=^|版|(?:バージョン|第|v) ?[\d.]{1,3}) ?(?:以降|以上|以後)`,
  '(?:之后|以后|之後|以後|更高|更新|后续|後續)的?(?:任何)?版本|以上(?:的)?版本',
].join('|');
