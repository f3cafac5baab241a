/**
 * Tells names from random characters by their pairs of letters. In names of programs, 9 of 10
 * pairs are among these 220 of 676; in random letters, 1 of 3 is.
 */
const followers = `a:bcdgilmnprstuvy b:aeilou c:acehiklortu d:abdeilosu e:acdefglmnopqrstvwx f:aefiloru
  g:aeinru h:aeio i:abcdefglmnoprstvz k:ei l:adeilostuy m:abeimopsu n:acdefginostuv
  o:abcdgilmnoprstuvw p:aeiloprstu q:lu r:acdegilmnorstuy s:acehilopqstuy t:acehilorstuy
  u:abcdeilmnprst v:aei w:aei x:pt y:p z:e`;
const commonPairs = new Set(
  followers
    .split(/\s+/)
    .flatMap((row) => [...row.slice(2)].map((letter) => row.charAt(0) + letter)),
);

interface Pairs {
  /** Number of letter pairs within words. */
  readonly count: number;
  /** Share of these pairs that are common in names. */
  readonly commonShare: number;
  /** Mean length of a word; a capital after a small letter begins a new word. */
  readonly lettersPerWord: number;
}

export function pairsOf(value: string): Pairs {
  let count = 0;
  let common = 0;
  let words = 0;
  for (const piece of value.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/)) {
    const letters = piece.toLowerCase();
    if (letters !== '') words += 1;
    for (let at = 0; at + 1 < letters.length; at += 1) {
      count += 1;
      if (commonPairs.has(letters.slice(at, at + 2))) common += 1;
    }
  }
  const commonShare = count === 0 ? 0 : common / count;
  return { count, commonShare, lettersPerWord: words === 0 ? 0 : 1 + count / words };
}

/** Whether a value is a name, a path or a phrase rather than random characters. */
export function isWordLike(value: string): boolean {
  const { count, commonShare, lettersPerWord } = pairsOf(value);
  if (lettersPerWord < 3) return false;
  // A random value of 16 characters passes once in some hundred, a value of 40 hardly ever.
  return count >= value.length * 0.4 && commonShare >= (value.length < 24 ? 0.8 : 0.75);
}
