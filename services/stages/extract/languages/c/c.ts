/** C: definitions and includes. The reader and the include rules are shared with C++. */
import type { Language } from '../language.ts';
import { blankMacroLines, readCFamily } from './family.ts';
import { isCManifest, openIncludeResolver } from './includes.ts';

export const c: Language = {
  name: 'c',
  parsing: {
    parser: 'tree-sitter',
    grammar: 'tree-sitter-c',
    read: readCFamily,
    repair: blankMacroLines,
  },
  isManifest: isCManifest,
  openResolver: openIncludeResolver,
};
