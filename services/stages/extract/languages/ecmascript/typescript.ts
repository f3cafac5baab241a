/**
 * TypeScript, parsed by oxc: tree-sitter's grammar loses whole declarations that have `in` or `out`
 * variance, and oxc is faster. Imports follow tsconfig.json and package.json.
 */
import { extensionOf } from '../../paths.ts';
import type { Language } from '../language.ts';
import { isEcmascriptManifest } from './packages.ts';
import { readEcmascript } from './read.ts';
import { openEcmascriptResolver } from './resolve.ts';

export const typescript: Language = {
  name: 'typescript',
  parsing: {
    parser: 'oxc',
    dialects,
    read: readEcmascript,
  },
  isManifest: isEcmascriptManifest,
  openResolver: openEcmascriptResolver,
};

function dialects(path: string): readonly ('ts' | 'tsx' | 'dts')[] {
  if (extensionOf(path) === '.tsx') return ['tsx'];
  return /\.d\.[mc]?ts$/.test(path) ? ['dts', 'ts'] : ['ts'];
}
