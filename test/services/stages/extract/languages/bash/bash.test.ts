/** Shell scripts: what they source, from where they say they are, and the functions used. */
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../../../../../services/stages/extract/languages/all-languages.ts';
import { edgesOf, structureOf, symbolsOf } from '../../structure-of.ts';

describe('bash', () => {
  it('reads definitions', async () => {
    const text = `#!/usr/bin/env bash
# Says it. Loudly.
say() { echo "$1"; }
function shout {
  local volume=1
}
LEVEL=3
LEVEL=4
readonly NAME='x'
if true; then guarded() { :; }; fi
cat <<END
fake() { source not.sh; }
END
`;
    expect(await symbolsOf('x.sh', text)).toEqual([
      'function say: say()',
      'function shout: function shout',
      'variable LEVEL: LEVEL=3',
      "constant NAME: readonly NAME='x'",
      'function guarded: guarded()',
    ]);
    const { files, unresolved } = await structureOf({ 'x.sh': text });
    expect(files[0]?.symbols[0]).toMatchObject({ doc: 'Says it.', startLine: 3, endLine: 3 });
    expect(unresolved).toEqual([]);
  });

  it.each([
    '"$(dirname "$0")/../lib/a.sh"',
    `"$(dirname "\${BASH_SOURCE[0]}")"/../lib/a.sh`,
    `"\${BASH_SOURCE[0]%/*}/../lib/a.sh"`,
    `"$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)/../lib/a.sh"`,
    '"$(cd -- "$(dirname -- "$0")/.." >/dev/null 2>&1 && pwd -P)/lib/a.sh"',
    '"$(dirname "$(readlink -f "$0")")/../lib/a.sh"',
    '`dirname $0`/../lib/a.sh',
    '"$HERE/../lib/a.sh"',
    `\${ROOT}/lib/a.sh`,
    `"\${BASE}/lib/a.sh"`,
    `"\${HERE}/../lib/\${NAME:-a.sh}"`,
    'lib/a.sh',
    './lib/a.sh',
  ])('source %s', async (path) => {
    const files = {
      'bin/run': `#!/bin/sh
HERE=$(dirname "$0")
ROOT="$HERE/.."
BASE=\${BASE:-$(dirname "\${BASH_SOURCE[0]}")/..}
HERE=elsewhere make
. ${path}
`,
      'lib/a.sh': 'a() { :; }\n',
      'other/lib/a.sh': '',
    };
    expect(await edgesOf(files)).toEqual(['bin/run -> lib/a.sh [import]']);
  });

  it('follows functions through what is sourced, and what a linter is told', async () => {
    const files = {
      'run.sh':
        '# shellcheck source=lib/all.sh\n# and why\nsource "$ALL"\nsource "$ALL"\nlog hello\n',
      'lib/all.sh': 'source "$(dirname "$0")/log.sh"\nsource "$(dirname "$0")/unused.sh"\n',
      'lib/log.sh': 'log() { :; }\n',
      'lib/unused.sh': 'never() { :; }\n',
      'test/run.bats': 'load helper\n@test "it runs" {\n  help_me\n}\n',
      'test/helper.bash': 'help_me() { :; }\n',
    };
    expect(await edgesOf(files)).toEqual([
      'lib/all.sh -> lib/log.sh [import]',
      'lib/all.sh -> lib/unused.sh [import]',
      'run.sh -> lib/all.sh [import]',
      'run.sh -> lib/log.sh [import] log',
      'test/run.bats -> test/helper.bash [import] help_me',
    ]);
  });

  it('reports what is not there, and what only a run can tell', async () => {
    const { unresolved, files } = await structureOf({
      'a.sh': 'source "$X/y.sh"\n. ./gone.sh\nfor f in a b; do . "$f"; done\n. /etc/os-release\n',
    });
    expect(unresolved.map(({ specifier, reason }) => [specifier, reason])).toEqual([
      ['"$X/y.sh"', 'the path is computed when the script runs'],
      ['"$f"', 'the path is computed when the script runs'],
      ['./gone.sh', 'no such file in the repository'],
    ]);
    expect(files[0]?.externals).toEqual(['/etc/os-release']);
  });
});

describe('a file without extension', () => {
  it.each([
    ['#!/bin/bash\n', 'bash'],
    ['#!/usr/bin/env -S FOO=1 python3.12 -u\n', 'python'],
    ['#! /usr/bin/env ruby\n', 'ruby'],
    ['#!/usr/bin/php8 -q\n', 'php'],
    ['#!/bin/zsh\n', undefined],
    ['bash\n', undefined],
  ])('%j is %s', (text, name) => {
    expect(languageOf('bin/tool', text)?.name).toBe(name);
    expect(languageOf('bin/tool.txt', text)).toBe(null);
  });
});
