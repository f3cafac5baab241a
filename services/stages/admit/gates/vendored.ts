/**
 * `vendored`: skips copies of other projects and build output by folder and file names. The
 * rules follow GitHub's linguist (vendor.yml), without those that would drop hand-written files
 * such as workflows.
 */
import { z } from 'zod';
import { defineGate } from '../gate.ts';

export const vendored = defineGate({
  name: 'vendored',
  summary: 'copies of other projects, build output',
  knobs: {
    vendored: z
      .enum(['skip', 'admit'])
      .default('skip')
      .describe(
        'Copies of other projects and build output (node_modules, vendor, third_party, dist …): skipped by default, because they are not this repository’s work.',
      ),
  },
  reasons: ['vendored'],
  drops: [],
  open: (knobs) =>
    knobs.vendored === 'admit'
      ? {}
      : { file: ({ path }) => (isVendored(path) ? 'vendored' : null) },
});

const folders = [
  'node_modules|bower_components|jspm_packages',
  'vendors?|_vendor|third[-_]?party|3rd[-_]?party|extern(?:als?)?|Godeps|dist',
  String.raw`\.yarn|\.venv|venv|site-packages|__pycache__|\.eggs|\.gradle|\.mvn`,
];
const vendoredFolder = new RegExp(String.raw`(?:^|\/)(?:${folders.join('|')})\/`, 'i');

const names = [
  String.raw`jquery(?:[.-]\d[\w.-]*)?(?:\.slim)?\.js|bootstrap(?:\.bundle)?\.(?:js|css)`,
  String.raw`gradlew(?:\.bat)?|mvnw(?:\.cmd)?`,
  String.raw`config\.(?:guess|sub)|aclocal\.m4|libtool\.m4|ltmain\.sh`,
];
const vendoredName = new RegExp(String.raw`(?:^|\/)(?:${names.join('|')})$`);

export function isVendored(path: string): boolean {
  return vendoredFolder.test(path) || vendoredName.test(path);
}
