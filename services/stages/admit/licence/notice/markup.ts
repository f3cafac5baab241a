/**
 * Finds what pictures and pages say of their own licence outside of comments: RDF in SVG, as
 * drawing programs write it, and links of the relation `license`.
 */
import type { CommentBlock } from './comments.ts';

const isMarkup = /\.(?:svg|rdf|xmp|xml|x?html?)$/i;

/** Such statements stand at the beginning or at the end; a page in between is long. */
const statementsMax = 20;

const address = String.raw`["']([^"'<>\s]{4,300})["']`;
const relation = String.raw`\brel\s*=\s*["']license["']`;
const gap = '[^<>]{0,200}?';
const link = new RegExp(
  [
    String.raw`<(?:cc|xhv|xhtml):license\b${gap}\b(?:rdf:)?(?:resource|href)\s*=\s*${address}`,
    String.raw`${relation}${gap}\bhref\s*=\s*${address}`,
    String.raw`\bhref\s*=\s*${address}${gap}${relation}`,
  ].join('|'),
  'g',
);
const words = /<dc:rights\b[^<>]{0,200}>([\s\S]{1,2000}?)<\/dc:rights>/g;
const licences = 'licenses\\/(by(?:-nc)?(?:-nd|-sa)?|nc(?:-sa)?|nd|sa)\\/(\\d\\.\\d)';
const commons = new RegExp(
  String.raw`\bcreativecommons\.org\/(?:${licences}|publicdomain\/zero\/1\.0)`,
  'i',
);

export function markupStatements(path: string, text: string): readonly CommentBlock[] {
  if (!isMarkup.test(path)) return [];
  const links = [...text.matchAll(link)].slice(0, statementsMax);
  const rights = [...text.matchAll(words)].slice(0, statementsMax);
  const lines = [
    ...links.map((match) => `License: ${nameOf(match[1] ?? match[2] ?? match[3] ?? '')}`),
    ...rights.map(([, said = '']) =>
      said
        .replace(/<[^<>]{0,400}>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    ),
  ];
  return [...new Set(lines)].map((line) => ({ lines: [line], offset: 0 }));
}

/** Licences of Creative Commons have one address each; others are named in theirs, or unknown. */
function nameOf(place: string): string {
  const [found, kind, version] = commons.exec(place) ?? [];
  if (found === undefined) return place;
  return kind === undefined ? 'CC0-1.0' : `CC-${kind.toUpperCase()}-${version}`;
}
