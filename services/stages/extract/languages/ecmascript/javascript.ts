/** JavaScript with JSX and CommonJS; files with type annotations (Flow) are read as TypeScript. */

import type { Language } from '../language.ts';
import { isEcmascriptManifest } from './packages.ts';
import { readEcmascript } from './read.ts';
import { openEcmascriptResolver } from './resolve.ts';

export const javascript: Language = {
  name: 'javascript',
  parsing: { parser: 'oxc', dialects: () => ['jsx', 'tsx'], read: readEcmascript },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};
