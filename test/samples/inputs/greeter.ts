/** A repository of three files, small enough to read whole; the tutorials run on it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Files = Readonly<Record<string, string>>;

export const greeter: Files = {
  'README.md': '# greeter\n\nGreets people by name.\n',
  'names.py': `"""The names that are known here."""

NAMES = ["Ada", "Grace"]


def known(name):
    """Tells whether a name is on the list."""
    return name in NAMES
`,
  'greet.py': `from names import known


def greet(name):
    """Greets a known name."""
    if not known(name):
        raise ValueError(name)
    return f"Hello {name}"
`,
};

export function writeFiles(folder: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
