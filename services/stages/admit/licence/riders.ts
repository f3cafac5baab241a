/**
 * Recognises riders: sentences beside the text of a permissive licence that take back a part of its
 * grant, such as use for money, for training or for arms. With one, the licence is not permissive.
 */

/** Identifier of such a rider; no policy allows it unless it lists that name. */
export const restricted = 'LicenseRef-restricted';

const denied = String.raw`(?:not|no|nor|never|prohibit\w*|forbid\w*|forbidden|exclud\w+|disallow\w*|except(?: for)?)`;
const gap = String.raw`(?: \w+){0,12}`;
const training = String.raw`(?:ai|artificial intelligence|machine learning|ml models?|llms?|language models?|neural networks?|generative models?|training data|train(?:ing)? (?:of |any |an? )?(?:\w+ )?models?)`;
const harm = String.raw`(?:military|weapons?|warfare|surveillance|human rights|fossil fuels?|gambling|law enforcement|torture|nuclear)`;

/** Phrases over words in lower case; the texts of the permissive licences hold none of them. */
const riders = [
  String.raw`\bcommons clause\b|\bright to sell the software\b`,
  String.raw`(?<!\bcommercial (?:or|and) )\bnon ?commercial\b(?! (?:or|and) commercial)`,
  String.raw`\b${denied}(?: \w+){0,6} commercial(?:ly)?(?: or \w+)? ?(?:use|used|purposes?|products?|gain|exploitation|advantage|activit\w+)?\b`,
  String.raw`\bcommercial (?:use|usage|exploitation|redistribution|licen[cs]e) (?:of \w+ \w+ )?(?:is |are )?(?:not|strictly|prohibited|forbidden|requires?|must|needs?)\b`,
  String.raw`\bonly (?:be used )?(?:for|in) (?:personal|private|educational|academic|research|evaluation|non profit|internal)\b`,
  String.raw`\b(?:personal|private|educational|academic|research|evaluation) (?:use|purposes?) only\b`,
  String.raw`\b${denied}${gap} ${training}\b`,
  String.raw`\b(?:train|training)${gap}(?: is| are)? (?:not|prohibited|forbidden)\b`,
  String.raw`\b${denied}${gap} ${harm}\b`,
  String.raw`\b(?:hippocratic|do no harm|no harm license|ethical (?:source|use)|anti ?(?:996|capitalist)|good not evil)\b`,
  String.raw`\b(?:may|must|shall|can) not (?:be )?(?:sell|sold|resell|resold|redistribute[ds]?|modif(?:y|ied))\b`,
  String.raw`\b(?:distribution|redistribution|modification|reproduction|copying|resale)${gap} (?:is|are) (?:not (?:permitted|allowed|granted|authori[sz]ed)|(?:strictly )?(?:prohibited|forbidden))\b`,
  String.raw`\b(?:may|must|shall|can) not (?:be )?(?:provid|offer|host|ma[dk])\w*${gap} (?:as a service|services?)\b`,
  String.raw`\b(?:derivatives?|derivative works?|modifi\w+|changes|adaptations?)${gap} (?:must|shall|has to|have to)${gap} under (?:this|the) (?:very )?same\b`,
  String.raw`\b(?<!not )(?:must|shall|needs? to|has to|have to|required to) (?:obtain|purchase|buy|acquire|pay)(?: \w+){0,5} (?:licen[cs]es?|fees?|subscription)\b`,
  String.raw`\b(?:endanger|harm|threaten)\b(?: \w+){0,10} (?:well being|persons?|people|individuals|humanity|environment)\b`,
  String.raw`\b(?:following )?additional (?:restrictions?|limitations?) appl(?:y|ies)\b`,
].map((rider) => new RegExp(rider));

/** Whether the words of a licence's text hold a rider. */
export function restricts(words: string): boolean {
  return riders.some((rider) => rider.test(words));
}
