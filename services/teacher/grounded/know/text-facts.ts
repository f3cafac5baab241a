/**
 * Facts about files that are not programs: headings, keys, sections, targets, packages. Each
 * fact is one sentence with names and short values in it; the order is that of the file.
 */
import { compareText } from '../../../../schemas/compare-text.ts';
import { withLineFeeds } from '../../../../schemas/lines.ts';
import { baseName, count, joinNames, joinWords, quote, sentence, unique } from '../wording.ts';
import { describeData } from './data-facts.ts';
import { roleOf } from './roles.ts';

/** Sentences about a text file, most telling first. */
export function describeText(path: string, whole: string): string[] {
  const code = withLineFeeds(whole);
  const role = roleOf(path);
  const name = baseName(path).toLowerCase();
  if (role === 'licence') return describeLicence(code);
  if (/\.(?:md|mdx|rst|adoc|txt)$/.test(name) && role !== 'manifest' && role !== 'build')
    return describeProse(code, role === 'changelog');
  if (role === 'changelog' || role === 'readme') return describeProse(code, role === 'changelog');
  if (/^makefile|\.mk$|^justfile/.test(name)) return describeTargets(code);
  if (/^dockerfile/.test(name)) return describeDockerfile(code);
  if (/\.(?:html?|jinja2?|j2|ejs|hbs|mustache|tmpl|vue|svelte|svg|xml)$/.test(name))
    return describeMarkup(code);
  if (/\.(?:css|scss|less)$/.test(name)) return describeStyle(code);
  if (/\.(?:sh|bash|zsh|bat|ps1)$/.test(name) || code.startsWith('#!')) return describeScript(code);
  if (/^\.(?:git|docker|npm|eslint|prettier)ignore$/.test(name) || name === '.gitattributes')
    return describePatterns(code);
  const data = describeData(path, code);
  return data.length > 0 ? data : describePlain(code);
}

function describeLicence(code: string): string[] {
  const head = code.slice(0, 3000).replace(/\s+/g, ' ');
  const kinds: readonly (readonly [string, RegExp])[] = [
    ['the Apache License, version 2.0', /apache license,? version 2/i],
    ['the MIT licence', /permission is hereby granted, free of charge/i],
    ['a three-clause BSD licence', /redistribution and use in source.*neither the name/i],
    ['a two-clause BSD licence', /redistribution and use in source/i],
    ['the Mozilla Public License', /mozilla public license/i],
    ['the ISC licence', /permission to use, copy, modify, and\/?o?r? distribute this software/i],
    ['the Unlicense', /this is free and unencumbered software/i],
    ['a GNU licence', /gnu (?:lesser |affero )?general public license/i],
  ];
  const kind = kinds.find(([, pattern]) => pattern.test(head))?.[0];
  const holder =
    /copyright\s+(?:\(c\)\s*|©\s*)?((?:\d{4}[-–, ]*)+)\s*(?:by\s+)?([^\n]{2,60})/i.exec(code);
  const sentences: string[] = [];
  if (kind !== undefined)
    sentences.push(
      `The text is that of ${kind}, word for word, since a licence may not be reworded.`,
    );
  if (holder !== null) {
    const who = (holder[2] ?? '').replace(/\s*all rights reserved.*/i, '').replace(/[.\s]+$/, '');
    sentences.push(
      sentence(
        `The copyright line names ${who} and ${(holder[1] ?? '').trim().replace(/[,\s]+$/, '')}`,
      ),
    );
  }
  return sentences;
}

function describeProse(code: string, versions: boolean): string[] {
  const headings = headingsOf(code);
  const fences = [
    ...code.matchAll(/^\s*(?:```+\s*(\w+)|\.\. (?:code|code-block|sourcecode)::\s*(\w+))/gm),
  ];
  const languages = unique(fences.map((fence) => fence[1] ?? fence[2] ?? ''));
  const sentences: string[] = [];
  if (versions && headings.length > 1) {
    const last = headings.slice(0, 3).map((heading) => `“${heading}”`);
    sentences.push(`Entries run from the newest down; the top ones are ${joinWords(last)}.`);
  } else if (headings.length > 0) {
    const shown = headings.map((heading) => `“${heading}”`);
    sentences.push(
      `${headings.length === 1 ? 'One heading' : `The ${count(headings.length, 'heading')} in order`}: ${joinWords(shown, 10)}.`,
    );
  }
  if (fences.length > 0)
    sentences.push(
      `It carries ${count(fences.length, 'code block')}, in ${joinWords(languages, 4)}.`,
    );
  const commands = unique(
    [...code.matchAll(/^\s*\$ ([\w./-]+ [\w./-]+)/gm)].map((match) => match[1] ?? ''),
  );
  if (commands.length > 0)
    sentences.push(`Readers are shown commands such as ${joinNames(commands, 3)}.`);
  const hosts = unique(
    [...code.matchAll(/https?:\/\/(?:www\.)?([\w.-]+\.\w+)/g)].map((match) => match[1] ?? ''),
  );
  if (hosts.length > 0) sentences.push(`Links lead to ${joinWords(hosts, 4)}.`);
  return sentences.length > 0 ? sentences : describePlain(code);
}

export function headingsOf(code: string): string[] {
  const withoutFences = code.replace(/^```[\s\S]*?^```/gm, '');
  const marked = [...withoutFences.matchAll(/^#{1,4}\s+(.+?)\s*#*$/gm)].map(
    (match) => match[1] ?? '',
  );
  const underlined = [
    ...withoutFences.matchAll(/^([^\s#>|*-][^\n]{1,70})\n(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/gm),
  ];
  const all = marked.length > 0 ? marked : underlined.map((match) => match[1] ?? '');
  return all
    .map((text) =>
      text
        .replace(/!?\[([^\]]*)\]\([^)]*\)|<[^>]+>|[`*]/g, '$1')
        .trim()
        .slice(0, 60),
    )
    .filter((text) => text !== '');
}

function describeTargets(code: string): string[] {
  const targets = unique(
    [...code.matchAll(/^([\w./-]+)\s*:(?!=)/gm)].map((match) => match[1] ?? ''),
  ).filter((name) => name !== '.PHONY');
  const variables = unique(
    [...code.matchAll(/^([A-Z_][A-Z0-9_]*)\s*[:?+]?=/gm)].map((match) => match[1] ?? ''),
  );
  return [
    targets.length > 0 ? `Targets: ${joinNames(targets, 10)}.` : '',
    variables.length > 0 ? `Settings come first as variables: ${joinNames(variables, 8)}.` : '',
  ].filter((text) => text !== '');
}

function describeDockerfile(code: string): string[] {
  const bases = unique([...code.matchAll(/^FROM\s+(\S+)/gim)].map((match) => match[1] ?? ''));
  const entry = /^(?:ENTRYPOINT|CMD)\s+(.{1,60})/im.exec(code)?.[1];
  const ports = unique([...code.matchAll(/^EXPOSE\s+(\S+)/gim)].map((match) => match[1] ?? ''));
  return [
    bases.length > 0 ? `The image builds on ${joinNames(bases)}.` : '',
    ports.length > 0 ? `It exposes port ${joinWords(ports)}.` : '',
    entry === undefined ? '' : `Starting it runs ${quote(entry.replace(/["[\],]+/g, ' ').trim())}.`,
  ].filter((text) => text !== '');
}

function describeMarkup(code: string): string[] {
  const title = /<title>\s*([^<{]{2,60})/i.exec(code)?.[1]?.trim();
  const tags = unique([...code.matchAll(/<([a-zA-Z][\w:-]*)/g)].map((match) => match[1] ?? ''));
  const blocks = unique(
    [...code.matchAll(/\{%-?\s*(?:block|macro|include|extends)\s+["']?([\w./-]+)/g)].map(
      (match) => match[1] ?? '',
    ),
  );
  const values = unique([...code.matchAll(/\{\{-?\s*\.?([\w.]+)/g)].map((match) => match[1] ?? ''));
  return [
    title === undefined ? '' : `The page is titled “${title}”.`,
    blocks.length > 0 ? `Template parts: ${joinNames(blocks)}.` : '',
    values.length > 0 ? `It fills in ${joinNames(values)}.` : '',
    tags.length > 0 ? `Elements used: ${joinNames(tags, 10)}.` : '',
  ].filter((text) => text !== '');
}

function describeStyle(code: string): string[] {
  const selectors = unique(
    [...code.matchAll(/^\s*([.#a-z][^{};@\n]{0,40}?)\s*\{/gim)].map((match) => match[1] ?? ''),
  );
  const media = count((code.match(/@media/g) ?? []).length, 'media query');
  if (selectors.length === 0) return [];
  return [
    `Rules for ${joinNames(selectors, 8)}.`,
    ...(/@media/.test(code) ? [`It has ${media} for narrow or special screens.`] : []),
  ];
}

/** Words of a script that name no program. */
const plainWords = new Set(
  (
    'if then else elif fi for do done while case esac ' + 'echo local return function set export'
  ).split(' '),
);

function describeScript(code: string): string[] {
  const commands = unique(
    [...code.matchAll(/^\s*(?:sudo |exec )?([a-z][\w-]{1,20})(?= [^=(])/gm)].map(
      (match) => match[1] ?? '',
    ),
  ).filter((name) => !plainWords.has(name));
  const variables = unique(
    [...code.matchAll(/^\s*(?:export |local )?([A-Za-z_]\w*)=/gm)].map((match) => match[1] ?? ''),
  );
  const strict = /^\s*set -[a-z]*e/m.test(code);
  return [
    commands.length > 0 ? `The script drives ${joinNames(commands, 8)}.` : '',
    variables.length > 0 ? `It keeps ${joinNames(variables, 6)} in variables.` : '',
    strict ? 'It stops at the first failing command.' : '',
  ].filter((text) => text !== '');
}

function describePatterns(code: string): string[] {
  const patterns = code
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (patterns.length === 0) return [];
  const rules = patterns.map((pattern) => pattern.split(/\s/)[0] ?? '');
  return [
    `${sentence(count(patterns.length, 'pattern')).replace(/\.$/, '')}, among them ${joinNames(rules, 6)}.`,
  ];
}

function describePlain(code: string): string[] {
  const lines = code.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0) return ['The file stays empty; its presence is what counts.'];
  const amount = `${sentence(count(lines.length, 'line'))}`.replace(/\.$/, ' of text.');
  // Any quotation from a text of a few words would be a copy of it.
  if (code.split(/\s+/).length < 60) return [amount];
  const first = (lines[0] ?? '').trim().split(/\s+/).slice(0, 7).join(' ');
  return [amount, `The first begins “${first.slice(0, 60)}”.`];
}

/** Longer words that occur repeatedly in a text, as sentences for a more detailed thought. */
export function recurringWords(code: string): string[] {
  const uses = new Map<string, number>();
  for (const [word] of code.slice(0, 60_000).matchAll(/[A-Za-z][\w-]{4,24}/g)) {
    uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  const ranked = [...uses]
    .filter(
      ([word, times]) =>
        times >= 2 &&
        !/^(?:https?|which|their|there|these|those|would|should|could|about|other|using)$/i.test(
          word,
        ),
    )
    .sort(([a, timesA], [b, timesB]) => timesB - timesA || compareText(a, b))
    .map(([word]) => word);
  const groups = [ranked.slice(0, 10), ranked.slice(10, 20), ranked.slice(20, 32)].filter(
    (group) => group.length > 2,
  );
  const openings = ['Terms that come back', 'It also speaks of', 'Further terms'];
  return groups.map(
    (group, index) => `${openings[index]}${index === 1 ? '' : ':'} ${joinWords(group, 12)}.`,
  );
}
