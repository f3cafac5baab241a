/** JavaScript with JSX and CommonJS; with type annotations it is TypeScript's syntax or Flow's. */

import type { Language } from '../language.ts';
import { isEcmascriptManifest } from './packages.ts';
import { readEcmascript } from './read.ts';
import { openEcmascriptResolver } from './resolve.ts';

export const javascript: Language = {
  name: 'javascript',
  parsing: { parser: 'oxc', dialects: () => ['jsx', 'tsx', 'flow'], read: readEcmascript },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};
