/** The parsed languages: one line each. Loads no grammar, so both processes can use it. */
import { extensionOf } from '../paths.ts';
import { c } from './c.ts';
import { cpp } from './cpp.ts';
import { go } from './go.ts';
import { java } from './java.ts';
import { javascript } from './javascript.ts';
import type { Language } from './language.ts';
import { python } from './python.ts';
import { rust } from './rust.ts';
import { typescript } from './typescript.ts';

export const languages: readonly Language[] = [
  python,
  typescript,
  javascript,
  go,
  java,
  rust,
  c,
  cpp,
];

const byExtension: ReadonlyMap<string, Language> = new Map(
  languages.flatMap((language) =>
    language.extensions.map((extension): [string, Language] => [extension, language]),
  ),
);

/** C++ in a header that may be either: what C has no use for, at the start of a line. */
const looksLikeCpp =
  /^\s*(?:namespace\b|template\s*<|class\s+\w+\s*(?:[:{]|$)|using\s+\w|public:|private:|protected:|constexpr\b|enum class\b)|\bstd::/m;

/** The language that parses a file, or null. The text only decides between C and C++ headers. */
export function languageOf(path: string, text: string): Language | null {
  const language = byExtension.get(extensionOf(path)) ?? null;
  return language === c && extensionOf(path) === '.h' && looksLikeCpp.test(text) ? cpp : language;
}

/** Whether resolution needs the text of a file. */
export function isManifest(path: string): boolean {
  return languages.some((language) => language.isManifest(path));
}
