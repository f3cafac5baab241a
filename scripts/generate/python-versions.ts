/** The version of the Python packages, where they state it: that of package.json. */
import { readFileSync } from 'node:fs';

const root = new URL('../..', import.meta.url);
const lines: Readonly<Record<string, RegExp>> = {
  'services/feed/pyproject.toml': /^version = ".*"$/m,
  'services/scorer/gpu/pyproject.toml': /^version = ".*"$/m,
  'services/trainer/pyproject.toml': /^version = ".*"$/m,
  'services/trainer/backstory_trainer/__init__.py': /^__version__ = ".*"$/m,
};

export function pythonVersions(): { readonly path: string; readonly text: string }[] {
  const manifest = readFileSync(new URL('package.json', root), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  return Object.entries(lines).map(([path, line]) => {
    const text = readFileSync(new URL(path, root), 'utf8');
    if (!line.test(text)) throw new Error(`${path} states no version`);
    return { path, text: text.replace(line, (old) => old.replace(/".*"/, `"${version}"`)) };
  });
}
