/** A repository of three files, small enough to read whole; the tutorials run on it. */
import type { Files } from '../write-files.ts';

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
