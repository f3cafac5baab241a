/** Vue components: their scripts are read as TypeScript or JavaScript, wherever these lead. */
import { isEcmascriptManifest } from '../ecmascript/packages.ts';
import { readEcmascript } from '../ecmascript/read.ts';
import { openEcmascriptResolver } from '../ecmascript/resolve.ts';
import type { Language } from '../language.ts';
import { scriptsOf } from './scripts.ts';

export const vue: Language = {
  name: 'vue',
  parsing: {
    parser: 'oxc',
    dialects: () => ['ts', 'jsx', 'tsx'],
    excerpt: (text) => scriptsOf(text, { isInBlocks: true }),
    read: readEcmascript,
  },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};
