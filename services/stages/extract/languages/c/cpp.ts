/** C++: shares the reader and the include rules with C. A `.h` file is told apart by its text. */
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
