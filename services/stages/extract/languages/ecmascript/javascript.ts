/** JavaScript, with JSX and CommonJS. Type annotations are parsed as TypeScript's, then Flow's. */
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
