/** What a test file checks: its cases by name or title, and the helpers beside them. */
import { count, identifierWords, joinNames, joinWords, sentence, unique } from '../wording.ts';
import { type FileFacts, isFunction } from './definitions.ts';

export function describeTests(facts: FileFacts): string[] {
  const functions = facts.definitions.filter((definition) => isFunction(definition.symbol));
  const isCase = (name: string) => /^(?:test|Test|should|Benchmark|Example)/.test(name);
  const cases = functions.filter(
    ({ symbol, decorators }) =>
      isCase(symbol.name) ||
      decorators.some((name) => /(?:^|\.)(?:Test|test|ParameterizedTest)$/.test(name)),
  );
  const titles = unique([
    ...cases.map(({ symbol }) => titleOf(symbol.name)),
    ...titlesIn(facts),
  ]).filter((title) => title !== '');
  const helpers = functions
    .filter((one) => !cases.includes(one) && one.symbol.parent === null)
    .map((one) => one.symbol.name);
  const sentences: string[] = [];
  if (titles.length > 0) {
    const list = joinWords(
      titles.map((title) => `“${title}”`),
      9,
    );
    sentences.push(
      titles.length === 1
        ? `It checks one thing: ${list}.`
        : sentence(`${count(titles.length, 'case')} to check: ${list}`),
    );
  }
  if (helpers.length > 0)
    sentences.push(`Beside the cases stand ${joinNames(helpers, 6)} to set them up.`);
  return sentences;
}

function titleOf(name: string): string {
  return identifierWords(name.replace(/^(?:test|Test)_*/, ''));
}

/** Titles of `describe`, `it` and `test` calls, each cut to a few words. */
export function titlesIn(facts: FileFacts): string[] {
  const titles: string[] = [];
  for (const line of facts.lines) {
    if (!/^\s*(?:describe|it|test|context|suite)(?:\.\w+)?\(/.test(line.masked)) continue;
    const title = /\(\s*(["'`])((?:\\.|(?!\1).)*)\1/.exec(line.raw)?.[2] ?? '';
    titles.push(title.replace(/\\/g, '').split(/\s+/).slice(0, 8).join(' '));
  }
  return titles.filter((title) => /[a-z]/i.test(title));
}
