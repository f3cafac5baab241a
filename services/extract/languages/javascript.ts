/** JavaScript with JSX and CommonJS; files with type annotations (Flow) are read as TypeScript. */
import { isEcmascriptManifest } from './ecmascript-packages.ts';
import { readEcmascript } from './ecmascript-read.ts';
import { openEcmascriptResolver } from './ecmascript-resolve.ts';
import type { Language } from './language.ts';

export const javascript: Language = {
  name: 'javascript',
  extensions: ['.js', '.jsx', '.mjs', '.cjs'],
  parsing: { parser: 'oxc', dialects: () => ['jsx', 'tsx'], read: readEcmascript },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};
