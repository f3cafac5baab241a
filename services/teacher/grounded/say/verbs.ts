/** Verbs that documentation begins with, and how to tell them from nouns. */

const verbs = new Set(
  (
    'return create build make get set load parse read write add remove check test find call run send open close ' +
    'convert register handle apply render validate compute generate start stop update raise dispatch resolve iterate ' +
    'print format wrap append encode decode merge initialize configure determine extract invoke process delete push ' +
    'pop copy match compare define provide represent implement execute yield inject enable disable show attach save ' +
    'report skip ensure construct store look produce perform allow use give serialize deserialize flush reset clear ' +
    'search count replace split join move emit log connect listen accept mark expand normalize collect keep hold ' +
    'try assign proxy view retrieve fetch delegate forward trim cast evaluate calculate identify visit traverse walk ' +
    'scan escape sort group filter map reduce limit advance consume peek release acquire free allocate clone hash sign ' +
    'verify encrypt decrypt display list select choose pick detect track record measure modify change adjust transform ' +
    'translate turn lower invert reverse encapsulate wait notify publish subscribe schedule cancel abort retry restore ' +
    'prevent force require include exclude contain override support extend bind link indicate act work describe specify ' +
    'obtain enqueue dispose diff pass drop guess unset sync bypass route store queue hydrate unmount mount ' +
    'behave help exit fail throw catch rewind flatten insert inspect install quote tokenize'
  ).split(' '),
);

/** Third-person verbs that are plural nouns just as often. */
const ambiguous = new Set(
  (
    'uses lists maps sets calls tests hashes links groups views records filters limits signs matches ' +
    'tracks works acts supports prints reports counts marks formats logs tries'
  ).split(' '),
);

/** Words that follow a noun; a command would name its object at that place. */
const nounGoesOn = /^(?:of|for|that|which|to|used|in|on|is|are|from|with|and|or|by|has)$/;

/** A command such as "Return the value", given its first two words. */
export function isCommand(first: string, second: string): boolean {
  const verb = first.toLowerCase();
  if (/^(?:render|start|work|deal)$/.test(verb) && second === 'with') return true;
  if (second === 'for' && /^(?:listen|look|search|wait|check|test)$/.test(verb)) return true;
  if (articles.test(second) && mayCommand(verb)) return true;
  return verbs.has(verb) && !nounGoesOn.test(second);
}

/** "Obtain the url": before an article stands a command, unless it is one of these. */
const articles = /^(?:the|an?|its|each|every|any|all)$/i;
const beforeArticle = new Set(
  (
    'all both half only just even such what which whether how why not than per plus about across ' +
    'after against among before between during from inside into like near onto outside over through ' +
    'under upon within without are was were can will should must may'
  ).split(' '),
);
const noCommand = /(?:ing|ed|ly|s)$/;

function mayCommand(word: string): boolean {
  return /^[a-z]{3,}$/.test(word) && !beforeArticle.has(word) && !noCommand.test(word);
}

export function isVerb(word: string): boolean {
  return verbs.has(word);
}

/** Whether a clause begins with a verb in the third person. */
export function beginsWithVerb(clause: string): boolean {
  const [first = '', second = ''] = clause.split(' ');
  if (/^(?:is|are|has|was|acts|works)$/.test(first)) return true;
  if (isThirdPerson(first)) return true;
  if (nounGoesOn.test(second)) return false;
  // "Keeps values", but not "class names".
  return verbs.has(infinitive(first)) || /^[a-z]{2,}[^su]s$/.test(first);
}

/** Whether a word is a third-person verb that is rarely a plural noun. */
export function isThirdPerson(word: string): boolean {
  if (/^(?:is|has|acts|works|contains)$/.test(word)) return true;
  return word.endsWith('s') && verbs.has(infinitive(word)) && !ambiguous.has(word);
}

export function conjugate(verb: string): string {
  if (/(?:s|x|ch|sh|o)$/.test(verb)) return `${verb}es`;
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return `${verb}s`;
}

function infinitive(verb: string): string {
  const lower = verb.toLowerCase();
  if (verbs.has(lower)) return lower;
  const forms = [lower.replace(/ies$/, 'y'), lower.replace(/es$/, ''), lower.replace(/s$/, '')];
  return forms.find((form) => verbs.has(form)) ?? lower;
}
