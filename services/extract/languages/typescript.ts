/**
 * TypeScript, read by oxc: tree-sitter's grammar loses whole declarations to `in` and `out`
 * variance, and oxc is faster. Imports follow tsconfig.json and package.json.
 */
import { extensionOf } from '../paths.ts';
import { isEcmascriptManifest } from './ecmascript-packages.ts';
import { readEcmascript } from './ecmascript-read.ts';
import { openEcmascriptResolver } from './ecmascript-resolve.ts';
import type { Language } from './language.ts';

export const typescript: Language = {
  name: 'typescript',
  extensions: ['.ts', '.tsx', '.mts', '.cts'],
  parsing: {
    parser: 'oxc',
    dialects: (path) =>
      extensionOf(path) === '.tsx' ? ['tsx'] : /\.d\.[mc]?ts$/.test(path) ? ['dts', 'ts'] : ['ts'],
    read: readEcmascript,
  },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};
