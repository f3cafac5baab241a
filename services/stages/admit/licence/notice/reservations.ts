/** Recognises notices that reserve a file for its owner. */

const copying = [
  '(?:cop(?:y|ying|ied)|reproduc(?:e|ed|tion)|duplicat(?:e|ed|ion)|',
  '(?:re)?distribut(?:e|ed|ion)|disclos(?:e|ed|ure)|disseminat(?:e|ed|ion)|',
  'transmi(?:t|tted|ssion)|use|used|modif(?:y|ied|ication))',
].join('');
const forbidden =
  '(?:prohibited|forbidden|not (?:permitted|allowed)|illegal|unlawful|violat\\w+|penalt\\w+)';

/** A sentence about another text, such as `metadata that says that …`, reserves nothing. */
const notReported = String.raw`(?<!\b(?:says?|said|means?|states?|stated|whether|if)(?: that)? )`;

const aims = 'research|academic|educational|education|scientific|personal|private|study|teaching';

/** One of these is in every text that a pattern of `reservations` matches. */
export const reservationWords = [
  String.raw`unauthori[sz]ed|strictly|expressly|confidential|proprietary|secret|unpublished|rights|`,
  String.raw`permission|consent|authori[sz]ation|licen[cs]e|commercial|personal|academic|research|`,
  String.raw`\binternal\b|evaluation|\bclosed\b`,
].join('');

export const reservations: readonly RegExp[] = [
  new RegExp(
    String.raw`\bunauthori[sz]ed ${copying}\b.{0,160}\b(?:${forbidden}|via any medium)`,
    'i',
  ),
  new RegExp(String.raw`\b${copying}\b.{0,160}\b(?:strictly|expressly) ${forbidden}`, 'i'),
  new RegExp(
    [
      String.raw`\bproprietary(?:,| and| &|\/| or) ?confidential\b|\bconfidential(?:,| and| &|\/|`,
      String.raw` or) ?proprietary\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:strictly|company|highly) confidential\b|\bconfidential (?:and trade secret|`,
      String.raw`property|information of|source code)\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:is|are|contains?|constitutes?) (?:the )?(?:unpublished )?(?:proprietary|`,
      String.raw`confidential|trade secrets?)\b(?:.{0,60}\b(?:of|to|information|property|software|`,
      'code))',
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\bunpublished (?:proprietary )?(?:source code|work|rights)\b|`,
      String.raw`\bproprietary (?:source code|software|information|material)\b.{0,40}\b(?:of|owned|`,
      'belong)',
    ].join(''),
    'i',
  ),
  /\btrade secrets? of\b|\bproprietary rights? (?:in and )?to this\b|\bproprietary to [A-Z]/,
  new RegExp(
    [
      String.raw`\ball rights reserved\b.{0,200}\b(?:no part of|may not be (?:copied|reproduced|used|`,
      'distributed|disclosed)|do not (?:copy|distribute|redistribute|share)|',
      'without (?:the )?(?:prior |express |explicit |written ){1,3}(?:permission|consent|',
      'authori[sz]ation))',
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\bwithout (?:the |an? |valid )?(?:prior |express |explicit |written |`,
      'signed ){1,3}(?:licen[cs]e agreement|permission|consent|authori[sz]ation) (?:of|',
      String.raw`from|by)\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`\b(?:for|free for) (?:strictly )?(?:non-?commercial|personal|academic|research|`,
      String.raw`internal|evaluation)(?:,? (?:and|or) [\w-]+)?(?: (?:${aims})){0,2}(?: use| purposes?)? only\b|`,
      String.raw`\bfree for (?:non-?commercial|personal)\b|\b(?:internal|evaluation) use only\b|`,
      String.raw`\bno commercial use\b|\bnot for commercial use\b`,
    ].join(''),
    'i',
  ),
  new RegExp(
    [
      String.raw`${notReported}\bno licen[cs]e (?:is|to use this .{0,20}is) (?:granted|given)\b|`,
      String.raw`\bclosed[- ]source\b.{0,40}\b(?:licen[cs]e|software)|`,
      String.raw`\bcommercial licen[cs]e (?:is )?required\b`,
    ].join(''),
    'i',
  ),
];

/** Words of notices; without one of them, a sentence is about what the program does. */
const noticeWord = new RegExp(
  [
    String.raw`copyright|\(c\)|©|rights|confidential|proprietary|only|licen[cs]e|prohibited|`,
    // Of one act, as in `the use of eval is strictly forbidden`, a rule of style may speak.
    String.raw`\b${copying}(?:,| or| and) [^.]{1,80}\b(?:strictly|expressly) (?:forbidden|illegal|unlawful)|`,
    'trade secret|unpublished|',
    'unauthori[sz]ed (?:cop|use|reprod|dupl|distrib|redist|disc|diss|transm|modif)|free for|',
    'written (?:permission|consent|authori[sz]ation)|closed[- ]source|commercial',
  ].join(''),
  'i',
);

/** Whether the notice reserves the file for its owner; plain `All rights reserved` does not. */
export function reserves(prose: string): boolean {
  if (!noticeWord.test(prose)) return false;
  // The third clause of the BSD licence says `without specific prior written permission`.
  const rest = prose.replace(
    /without (?:their |its |the )?specific,? (?:prior )?(?:written )?(?:prior )?permission/gi,
    '',
  );
  return reservations.some((pattern) => pattern.test(rest));
}
