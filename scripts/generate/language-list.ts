/**
 * The list of parsed languages. A language's reader is the file below languages/ that exports a
 * `Language` under the name of its row. Imports nothing that imports the list.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parsedRows } from '../../schemas/languages/languages.ts';

export const languageListPath = 'services/stages/extract/languages/list.ts';

export function languageList(root: URL): string {
  const folder = new URL('services/stages/extract/languages/', root);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const readers = new Map(
    parsedRows.map(({ name }) => {
      const path = files.find((each) => {
        if (!each.endsWith(`/${name}.ts`)) return false;
        const text = readFileSync(new URL(each, folder), 'utf8');
        return text.includes(`export const ${name}: Language = {`);
      });
      if (path === undefined) throw new Error(`${folder.pathname} has no reader of ${name}`);
      return [path, name];
    }),
  );
  const imports = new Map(
    [...readers].map(([path, name]) => [path, `import { ${name} } from './${path}';`]),
  );
  imports.set('language.ts', "import type { Language } from './language.ts';");
  const lines = [...imports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  return `/** Generated from the readers in the folders here by \`npm run generate\`. Do not edit. */
${lines.join('\n')}

export const languages: readonly Language[] = [
${[...readers.values()].map((name) => `  ${name},`).join('\n')}
];
`;
}
