/** C++: C with namespaces, classes and templates; headers that could be either are told by text. */

import type { Language } from '../language.ts';
import { blankMacroLines, readCFamily } from './family.ts';
import { isCManifest, openIncludeResolver } from './includes.ts';

export const cpp: Language = {
  name: 'cpp',
  parsing: {
    parser: 'tree-sitter',
    grammar: 'tree-sitter-cpp',
    read: readCFamily,
    repair: blankMacroLines,
  },
  isManifest: isCManifest,
  openResolver: openIncludeResolver,
};
