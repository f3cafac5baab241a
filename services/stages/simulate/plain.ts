/**
 * Which files earn no thought: what they hold follows from what they are, so nobody would think
 * before writing them, and no call is paid for. The rule goes by name, language and length. Pure.
 */
import type { FileStructure } from '../../../schemas/generated/types.ts';
import { rowNamed } from '../../../schemas/languages/languages.ts';
import { countLines } from '../../../schemas/lines.ts';

/** The kinds of plain files, and how a record names each. */
export const plainKinds = {
  empty: 'an empty file',
  licence: 'a licence',
  ignore: 'an ignore file',
  notes: 'release notes',
  settings: 'a few lines of settings or data',
} as const;

export type PlainKind = keyof typeof plainKinds;
export const plainKindNames = Object.keys(plainKinds) as [PlainKind, ...PlainKind[]];

export interface PlainLimits {
  readonly plainFiles: readonly PlainKind[];
  readonly settingsLinesMax: number;
}

/** The kind of plain file that it is, if the knob names that kind; null for any other file. */
export function plainKindOf(
  file: Pick<FileStructure, 'path' | 'language' | 'symbols'>,
  code: string,
  limits: PlainLimits,
): PlainKind | null {
  const kind = plainKindNames.find((name) => rules[name](file, code, limits));
  return kind !== undefined && limits.plainFiles.includes(kind) ? kind : null;
}

type File = Parameters<typeof plainKindOf>[0];
type Rule = (file: File, code: string, limits: PlainLimits) => boolean;

/** The first that holds is the file's kind. */
const rules: Record<PlainKind, Rule> = {
  empty: (_file, code) => code.trim() === '',
  licence: (file) => isProse(file) && (isLicenceName(file.path) || isInLicences(file.path)),
  ignore: ({ path }) => /^\.[\w-]*ignore$/i.test(nameOf(path)),
  notes: (file) => (isProse(file) && isNotesName(file.path)) || isNote(file),
  settings: (file, code, { settingsLinesMax }) =>
    isSettings(file) && isShort(code, settingsLinesMax),
};

const licences =
  'mit|apache|bsd|isc|mpl|[al]?gpl|cc0|cc|boost|zlib|psf|w3c|artistic|eupl|ofl|unicode|unlicense';
/** After the name: which licence, a version, an ending. Bounded, so that no name costs time. */
const one = String.raw`(?:${licences}|v?\d{1,4}|(?:third|3rd)[-_]?party)`;
const which = String.raw`(?:[-_. ]${one}){0,6}(?:\.\w{1,8})?`;
const licenceName = new RegExp(
  [
    `^(?:(?:${licences})[-_.])?(?:un)?licen[cs]es?${which}$`,
    String.raw`^copying\d?(?:[-_.]\w{1,16}){0,3}$`,
    String.raw`^(?:notices?|copyrights?|patents)(?:\.\w{1,8})?$`,
    String.raw`^(?:3rd|third)[-_]?party[-_]?(?:notices?|licen[cs]es?)(?:\.\w{1,8})?$`,
  ].join('|'),
  'i',
);

function isLicenceName(path: string): boolean {
  return licenceName.test(nameOf(path));
}

/** The folder of licences that REUSE and many packages have. */
function isInLicences(path: string): boolean {
  return /(?:^|\/)licen[cs]es\/[^/]+$/i.test(path);
}

const notes = 'change[-_ ]?logs?|changes|history|news|release[-_ ]?(?:notes?|history)|releases';
const ending = String.raw`(?:\.\w{1,8})?`;
const notesName = new RegExp(String.raw`^(?:${notes})(?:[-_.]v?\d[\w.-]{0,32})?${ending}$`, 'i');

function isNotesName(path: string): boolean {
  return notesName.test(nameOf(path));
}

const folders =
  'release[-_]?notes|changelog(?:s|\\.d|_unreleased)?|newsfragments|\\.changesets?|\\.changes';
const notesFolder = new RegExp(`/(?:${folders})/`, 'i');
/** As towncrier names them: an issue, a kind of change. */
const changes = 'feature|bugfix|fix|doc|removal|deprecation|breaking|misc';
const fragment = new RegExp(
  String.raw`/(?:news|changes)/[\w+-]+\.(?:${changes})(?:\.\d+)?(?:\.\w{1,4})?$`,
  'i',
);

/** One note of many, in a folder that a tool reads. */
function isNote(file: File): boolean {
  const isText = isProse(file) || file.language === 'yaml';
  return isText && (notesFolder.test(`/${file.path}`) || fragment.test(`/${file.path}`));
}

const settingsLanguages = new Set(['json', 'yaml', 'toml', 'ini']);
const needs = String.raw`(?:requirements|constraints)[\w.-]*\.(?:txt|in)`;
const settingsName = new RegExp(
  String.raw`^(?:\..+|codeowners|manifest\.in|procfile|runtime\.txt|${needs})$`,
  'i',
);
const needsFolder = /(?:^|\/)(?:requirements|constraints)\/[^/]+\.(?:txt|in)$/i;

/**
 * A file that a tool reads, or plain text, which in so few lines is a list of names or a version;
 * one with definitions of its own is more than that.
 */
function isSettings(file: File): boolean {
  const { path, language, symbols } = file;
  if (settingsLanguages.has(language)) return true;
  if (language === 'text' && !/^readme\b/i.test(nameOf(path))) return symbols.length === 0;
  if (symbols.length > 0 || kindOf(language) === 'code') return false;
  return settingsName.test(nameOf(path)) || needsFolder.test(path);
}

/** A line of data may hold a whole document. */
const bytesPerLine = 120;

function isShort(code: string, linesMax: number): boolean {
  return countLines(code) <= linesMax && Buffer.byteLength(code) <= linesMax * bytesPerLine;
}

function isProse({ language }: File): boolean {
  return kindOf(language) === 'prose';
}

/** A file that no row claims is text. */
function kindOf(language: string): string {
  return rowNamed(language)?.kind ?? 'prose';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
