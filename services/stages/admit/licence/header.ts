/** Reads the licence that a file states for itself, from SPDX lines or else from its notices. */
import type { FileText } from '../file-text.ts';
import { textPatterns } from '../text-patterns.ts';
import {
  allows,
  combine,
  identifiersOf,
  type LicenceExpression,
  licence,
  mapIdentifiers,
  parseExpression,
} from './expression.ts';
import { type CommentBlock, commentsOf } from './notice/comments.ts';
import { markupStatements } from './notice/markup.ts';
import { mayNameOne, readNameAlone } from './notice/name-alone.ts';
import { notebookComments } from './notice/notebook.ts';
import { isInHead, readBlock, statingWords } from './notice/notice.ts';
import { restricts } from './riders.ts';
import { permissiveLicences } from './signatures.ts';
import {
  canonical,
  fromName,
  fromStatement,
  isListed,
  parseKnown,
  reserved,
  someBsd,
  stated,
} from './statement.ts';
import { licenceWords } from './text.ts';

/** Most files state no licence, and are not read further. */
const mayStateOne = textPatterns.has(statingWords);

/** Statements in code that the language or its tools define as the file's licence. */
const inCode = new RegExp(
  [
    String.raw`^(?:__licen[cs]e__(?:[ \t]*:[ \t]*\w+)?[ \t]*=[ \t]*[bru]{0,2}["']([^"'\n]{2,100})["']|`,
    String.raw`MODULE_LICENSE\(["']([^"'\n]{2,60})["']\))`,
  ].join(''),
  'm',
);

/** Constants of that name; recipes of packages state with one the licence of what they build. */
const constant = new RegExp(
  [
    String.raw`^[ \t{]*(?:(?:export|const|let|var|local|static|public|final|our|my) |\w+\.)*[$"']?`,
    String.raw`_{0,2}LICEN[CS]E_{0,2}["']?(?:[ \t]*:[ \t]*\w+)?[ \t]*(?:=>?|:=?)[ \t]*`,
    String.raw`(?:["']([^"'\n]{2,100})["']|\[\[([^\]]{2,2000})\]\])`,
  ].join(''),
  'm',
);
const hasConstants = /\.(?:pyi?|lua|[cm]?[jt]sx?|rb|go|php|p[lm]|java|kt|cs|rs)$/i;

export function readHeader({ path, text }: FileText): LicenceExpression | null {
  const hasName = mayNameOne(text);
  if (!hasName && !mayStateOne(text)) return null;
  const comments = /\.ipynb$/i.test(path)
    ? notebookComments(text)
    : [...commentsOf(path, text), ...markupStatements(path, text)];
  const spdx = [...comments, ...remarksOf(path, text)].flatMap(readSpdx);
  if (spdx.length > 0) return combine('and', spdx);
  const code = inCode.exec(text);
  const coded = code === null ? null : fromCode(code[1] ?? code[2] ?? '');
  const noticed = comments.flatMap((block) => readAgain(block) ?? []);
  const constants = hasConstants.test(path) ? fromConstant(text) : null;
  const found = combine('and', [coded ?? [], constants ?? [], noticed].flat());
  const [first] = comments;
  return found ?? (hasName && first !== undefined ? readNameAlone({ path, text }, first) : null);
}

/** The files of a repository have few notices, so the last ones are known. */
const blocksMax = 64;
const blockCharactersMax = 8_192;
const knownBlocks = new Map<string, LicenceExpression>();

function readAgain(block: CommentBlock): LicenceExpression | null {
  if (!statingWords.test(block.lines.join(' '))) return null;
  const text = block.lines.join('\n');
  const key = `${isInHead(block)} ${text}`;
  const found = knownBlocks.get(key) ?? readBlock(block);
  if (found === null || text.length > blockCharactersMax) return found;
  if (knownBlocks.size === blocksMax) knownBlocks.clear();
  knownBlocks.set(key, found);
  return found;
}

/** A longer text says more than which licence holds. */
const statementWordsMax = 60;

/** Reads a licence file that holds no licence's text, but a line or a sentence that names one. */
export function readStatement(text: string): LicenceExpression | null {
  const words = licenceWords(text);
  if (words.split(' ').length > statementWordsMax || restricts(words)) return null;
  const block = { lines: text.split(/\r\n?|\n/).map((line) => line.trim()), offset: 0 };
  const spdx = readSpdx(block);
  return spdx.length > 0 ? combine('and', spdx) : readBlock(block);
}

/** Where formats without comments keep remarks: strings of JSON, and the front matter of pages. */
const remark =
  /"(?:\$comment|_?comments?|\/\/|spdx-license-identifier)"\s*:\s*"([^"\\\n]{2,300})"/gi;
const frontMatter = /^---[ \t]*\r?\n([\s\S]{0,4000}?)^---[ \t]*\r?$/m;

function remarksOf(path: string, text: string): readonly CommentBlock[] {
  if (/\.(?:json|jsonld|geojson|ipynb|map)$/i.test(path)) {
    const lines = [...text.matchAll(remark)].map(({ 0: all, 1: value = '' }) =>
      /^"spdx/i.test(all) ? `SPDX-License-Identifier: ${value}` : value,
    );
    return [{ lines, offset: 0 }];
  }
  if (!text.startsWith('---')) return [];
  const lines = frontMatter.exec(text)?.[1]?.split(/\r?\n/) ?? [];
  return [{ lines: lines.map((line) => line.replace(/^\s*#+\s*/, '')), offset: 0 }];
}

const spdxLine = /^[^\w"'`]{0,3}SPDX-License-Identifier:\s*([\w.+/: ()-]{2,300})/i;

/** Returns the expression of every SPDX line; REUSE says that several lines apply together. */
function readSpdx({ lines }: CommentBlock): readonly LicenceExpression[] {
  return lines.flatMap((line) => {
    const value = spdxLine
      .exec(line)?.[1]
      ?.replace(/[\s-]+$/, '')
      // In Markdown a bracket closes the comment.
      .replace(/^([^()]*)\)$/, '$1')
      .trim();
    if (value === undefined || value === '') return [];
    const parsed = parseExpression(value);
    if (parsed !== null) return mapIdentifiers(parsed, canonical);
    const name = fromName(value) ?? /^[^,;(]*/.exec(value)?.[0]?.trim() ?? '';
    return parseKnown(name) ?? licence(stated);
  });
}

/**
 * A constant may be about what the program handles: only one that takes a file out is believed, and
 * none that would let it in.
 */
function fromConstant(text: string): LicenceExpression | null {
  // Every line may begin a constant, and few texts hold the word.
  if (!/LICEN[CS]E/.test(text)) return null;
  const found = constant.exec(text);
  if (found === null) return null;
  const [, name, block = ''] = found;
  const said = name === undefined ? readStatement(block) : fromCode(name);
  if (said === null || allows(said, permissive)) return null;
  // Keys of customers look like identifiers.
  return identifiersOf(said).every((each) => each === reserved || isListed(each)) ? said : null;
}

const permissive: ReadonlySet<string> = new Set(permissiveLicences);

/** Reads a licence stated in code; Linux's modules write choices as `Dual MIT/GPL`. */
function fromCode(value: string): LicenceExpression | null {
  const dual = /^Dual (\w+)\/GPL$/.exec(value)?.[1];
  if (dual !== undefined) {
    const first = dual === 'BSD' ? someBsd : `${dual}${dual === 'MPL' ? '-2.0' : ''}`;
    return combine('or', [licence(first), licence('GPL-2.0-only')]);
  }
  if (/^GPL(?: v2| and additional rights)?$/.test(value)) return licence('GPL-2.0-only');
  return fromStatement(value);
}
