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

/** What C has no use for: in a header, which may be either, it tells C++. */
const cppStart = /^\s*(?:(?:namespace|constexpr|enum class)\b|template\s*<|using\s+\w)/m;
const cppClass = /^\s*class\s+\w+\s*(?:[:{]|$)|\bstd::/m;

/** The language that parses a file, or null. The text only decides between C and C++ headers. */
export function languageOf(path: string, text: string): Language | null {
  const language = byExtension.get(extensionOf(path)) ?? null;
  if (language !== c || extensionOf(path) !== '.h') return language;
  return cppStart.test(text) || cppClass.test(text) ? cpp : c;
}

/** Whether resolution needs the text of a file. */
export function isManifest(path: string): boolean {
  return languages.some((language) => language.isManifest(path));
}
