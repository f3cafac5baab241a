/** Finds the language that reads a file. Loads no grammar, so both processes can use it. */
import {
  type LanguageRow,
  rowOfInterpreter,
  rowOfPath,
} from '../../../../schemas/languages/languages.ts';
import { extensionOf } from '../paths.ts';
import { c } from './c/c.ts';
import { cpp } from './c/cpp.ts';
import type { Language } from './language.ts';
import { languages } from './list.ts';

const byName = new Map<string, Language>(languages.map((each) => [each.name, each]));

/** Returns null for a language that the table lists and no reader parses. */
export function languageNamed(name: string): Language | null {
  return byName.get(name) ?? null;
}

/** Text that only C++ has: a `.h` file may be C or C++, and this decides. */
const cppStart = /^\s*(?:(?:namespace|constexpr|enum class)\b|template\s*<|using\s+\w)/m;
const cppClass = /^\s*class\s+\w+\s*(?:[:{]|$)|\bstd::/m;

/**
 * The language that parses a file, or null. The text decides between C and C++ headers, and its
 * first line decides if the name has no extension and is unknown.
 */
export function languageOf(path: string, text: string): Language | null {
  const extension = extensionOf(path);
  const row = rowOfPath(path) ?? (extension === '' ? languageOfFirstLine(text) : undefined);
  const language = row === undefined ? null : languageNamed(row.name);
  if (language !== c || extension !== '.h') return language;
  return cppStart.test(text) || cppClass.test(text) ? cpp : c;
}

/** The language of a script: `#!/usr/bin/env -S python3 -u` is Python. */
function languageOfFirstLine(text: string): LanguageRow | undefined {
  const line = /^#![^\n]*/.exec(text)?.[0] ?? '';
  const program = /^#!\s*(?:\S*\/env\s+(?:-\S+\s+|\w+=\S*\s+)*)?(?:\S*\/)?([a-z]+)/.exec(line)?.[1];
  return rowOfInterpreter(program ?? '');
}

/** Whether resolution needs the text of a file, because a language reads its roots there. */
export function isManifest(path: string): boolean {
  return languages.some((language) => language.isManifest(path));
}
