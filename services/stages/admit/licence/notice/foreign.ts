/**
 * Notices in other languages than English: the words before the name of a licence, by which a
 * notice grants it, the names that translations give the licences of GNU, and what they say of
 * versions. Who writes a notice in such a language mostly takes the translation of GNU's.
 */

/** One of these is in every notice that is written in such a language. */
export const foreignWords = 'li[cz]en[czçst]|лиценз|ライセンス|許諾|许可|授權|授权';

const e = '(?:é|è|e)';

const german =
  '(?:li[zc]en[zs]iert|freigegeben|verbreitet|vertrieben|ver(?:ö|oe)ffentlicht|bereitgestellt)';

/** Grants; what follows names the licence. A letter may have been written without its accent. */
export const foreignGrants: readonly RegExp[] = [
  // German
  String.raw`\b(?:unter|gem(?:äß|äss|aess)|nach) den (?:Bedingungen|Bestimmungen)(?: und \w+)? (?:der|des)\b`,
  String.raw`\b(?:${german}|steht|gestellt)(?: [\wäöüß]+){0,3} unter (?:(?:der|einer|die|den)\b|(?=gnu|[al]?gpl|mpl|eupl|cc[- ]by|mit|apache|bsd))`,
  String.raw`\bunter (?:der|einer|den) (?=[^¶]{0,80} ${german}\b)`,
  // French
  String.raw`\b(?:conform${e}ment|selon|suivant|sous|au titre|dans|en vertu|dapr${e}s)(?: (?:aux|les|des))? (?:dispositions|termes|clauses|conditions)(?: et \w+)? d(?:e|u|es)?\b`,
  String.raw`\b(?:sous|r${e}gie?s? par) (?:la |une |les |l)?(?=licen[cs]e)`,
  // Spanish
  String.raw`\b(?:bajo|seg(?:ú|u)n|conforme a|de acuerdo con) l[oa]s (?:t(?:é|e)rminos|condiciones)(?: y \w+)? (?:de|del)\b`,
  String.raw`\bbajo (?:la |una )?(?=licencia)`,
  // Italian
  String.raw`\b(?:(?:secondo|sotto|con) (?:i|le)|in base (?:ai|alle)|nei|alle) (?:termini|condizioni)(?: e \w+)? d(?:i|ell|ella)\b`,
  String.raw`\b(?:sotto|con) (?:la |una )?(?=licenza)`,
  // Portuguese
  String.raw`\b(?:sob|segundo|conforme|dentro|de acordo com)(?: d?[oa]s)? (?:termos|condi(?:ç|c)(?:õ|o)es)(?: e \S+)? d[aeo]\b`,
  String.raw`\bsob (?:a |uma )?(?=licen(?:ç|c)a)`,
  // Dutch, Polish, Russian
  String.raw`\bonder de (?:voorwaarden|bepalingen)(?: en \w+)? van\b`,
  String.raw`\b(?:na (?:warunkach|zasadach)|zgodnie z (?:warunkami|zasadami))`,
  '(?:на|согласно|по) услови(?:ям|ях) |под лицензией ',
  // Japanese and Chinese name the licence before they say what may be done by it.
  '(?:この|本)(?:プログラム|ソフトウェア|ライブラリ|ファイル|コード)は(?=[^¶]{0,300}(?:頒布|配布|改変|ライセンス|許諾))',
  '本(?:程序|程式|软件|軟體|文件|檔案|库|代码)(?=[^¶]{0,300}(?:许可|授權|授权|发布|散布|修改))',
].map((source) => new RegExp(source, 'gi'));

/** What stands before the name of a licence on a line of its own: `Lizenz: …`. */
export const foreignTags = [
  'lizenz|licencia|licenza|licen(?:ç|c)a|licentie|licencja|лицензия|',
  'ライセンス|许可证|授權條款',
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

/** `any later version`. */
export const laterWords = [
  String.raw`jede[nrs]? (?:sp(?:ä|ae)tere|neuere|h(?:ö|oe)here)`,
  'version ult(?:é|e)rieure',
  'versi(?:ó|o)n posterior',
  'versione successiva',
  'vers(?:ã|a)o (?:posterior|mais (?:nova|recente))',
  'latere versie',
  'p(?:ó|o)(?:ź|z)niejsz',
  'более поздн',
  '(?:以降|以後)の?(?:いずれかの)?バージョン|それ以降|以降の',
  '(?:之后|以后|之後|以後|更高)的?(?:任何)?版本',
].join('|');
