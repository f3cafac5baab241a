/** Folders that a Python file puts on the path itself, and modules that it imports by a call. */
import { describe, expect, it } from 'vitest';
import { type Files, linksOf, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

describe('the module path', () => {
  it.each<[string, Files, string[]]>([
    [
      'parents by number',
      {
        'tests/unit/t.py':
          'import sys\nfrom pathlib import Path\n' +
          'ROOT = Path(__file__).resolve().parents[2]\n' +
          'sys.path.insert(0, str(ROOT / "code"))\nimport engine\n' +
          'engine.go()\n',
        'code/engine.py': 'def go(): pass\n',
      },
      ['tests/unit/t.py -> code/engine.py'],
    ],
    [
      'dirname twice',
      {
        'tools/t.py':
          'import sys, os.path\n' +
          'sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/lib")\n' +
          'import engine\nengine.go()\n',
        'lib/engine.py': 'def go(): pass\n',
      },
      ['tools/t.py -> lib/engine.py'],
    ],
    [
      'parent twice',
      {
        'tools/t.py':
          'import sys, pathlib\n' +
          'sys.path.insert(1, str(pathlib.Path(__file__).parent.parent / "lib" / "py"))\n' +
          'import engine\nengine.go()\n',
        'lib/py/engine.py': 'def go(): pass\n',
      },
      ['tools/t.py -> lib/py/engine.py'],
    ],
    [
      'steps up from the file',
      {
        'tools/t.py':
          'import sys, os\n' +
          'sys.path.insert(0, os.path.abspath(os.path.join(__file__, "..", "..", "lib")))\n' +
          'import engine\nengine.go()\n',
        'lib/engine.py': 'def go(): pass\n',
      },
      ['tools/t.py -> lib/engine.py'],
    ],
    [
      'relative to the file',
      {
        'docs/conf.py':
          'import sys, os\n' +
          "sys.path.insert(0, os.path.abspath('../pkgs'))\n" +
          'import engine\nengine.go()\n',
        'pkgs/engine.py': 'def go(): pass\n',
      },
      ['docs/conf.py -> pkgs/engine.py'],
    ],
    [
      'relative to the root',
      {
        'scripts/a.py': "import sys\nsys.path.append('pkgs')\nimport engine\n" + 'engine.go()\n',
        'pkgs/engine.py': 'def go(): pass\n',
      },
      ['scripts/a.py -> pkgs/engine.py'],
    ],
    [
      'by a conftest above',
      {
        'tests/conftest.py':
          'import sys, os\nHERE = os.path.dirname(__file__)\n' +
          'sys.path.insert(0, os.path.join(HERE, "helpers"))\n',
        'tests/unit/test_a.py': 'import engine\nengine.go()\n',
        'tests/helpers/engine.py': 'def go(): pass\n',
      },
      ['tests/unit/test_a.py -> tests/helpers/engine.py'],
    ],
    [
      // Each space tried as a beginning of its own would never end.
      'by a name behind a million spaces',
      {
        'tools/t.py':
          `import sys\nHERE =${' '.repeat(1_000_000)}0\nHERE = dirname(__file__)\n` +
          'sys.path.append(os.path.join(HERE, "lib"))\nimport engine\nengine.go()\n',
        'tools/lib/engine.py': 'def go(): pass\n',
      },
      ['tools/t.py -> tools/lib/engine.py'],
    ],
    [
      'a comment says nothing',
      {
        'a.py': 'import sys\n# sys.path.insert(0, "lib")\nimport engine\nengine.go()\n',
        'lib/engine.py': 'def go(): pass\n',
      },
      [],
    ],
    [
      'through several names, and in the words of others',
      {
        'test/apps/ctrl/run.py':
          'import sys\nfrom pathlib import Path\nhere = Path(__file__).resolve().parent\n' +
          'top = here.parents[1]\nif top not in sys.path:\n    sys.path.insert(0, str(top))\n' +
          'import engine\nengine.go()\n',
        'test/engine.py': 'def go(): pass\n',
        'test/sub/run.py':
          'import inspect, os, sys\nfolder = os.path.realpath(os.path.join(\n' +
          '  os.path.split(inspect.getfile(inspect.currentframe()))[0], ".."))\n' +
          'sys.path.insert(0, folder)\nimport engine\nengine.go()\n',
        'more/engine.py': 'def go(): pass\n',
        'tools/run.py':
          'import sys, os\nsys.path += [os.path.join(os.path.dirname(__file__), "..", "more")]\n' +
          'import engine\nengine.go()\n',
      },
      [
        'test/apps/ctrl/run.py -> test/engine.py',
        'test/sub/run.py -> test/engine.py',
        'tools/run.py -> more/engine.py',
      ],
    ],
    [
      'by a module beside the file, which it imports first',
      {
        'test/helper.py':
          'import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), "../lib"))\n',
        'test/run.py': 'from helper import *\nimport engine\nengine.go()\n',
        'test/other.py': 'import engine\nengine.go()\n',
        'lib/engine.py': 'def go(): pass\n',
      },
      ['test/run.py -> lib/engine.py', 'test/run.py -> test/helper.py'],
    ],
  ])('%s', async (_name, files, links) => {
    expect((await linksOf(files)).sort()).toEqual(links);
  });

  const computed = {
    'a.py':
      'import sys\nsys.path.insert(0, compute("lib"))\nimport engine\nimport numpy\n' +
      'import twice\nimport types\nengine.go(); numpy.f(); twice.f(); types.f()\n',
    'lib/engine.py': 'def go(): pass\n',
    // What a package holds is not found by its last name.
    'lib/pkg/__init__.py': '',
    'lib/pkg/types.py': 'def f(): pass\n',
    'b/twice.py': 'def f(): pass\n',
    'c/twice.py': 'def f(): pass\n',
  };

  it('a computed folder may be any: what only one has is an edge, at low confidence', async () => {
    expect(await weighedEdgesOf(computed)).toEqual(['a.py -> lib/engine.py 0.6']);
    expect(await unresolvedOf(computed)).toEqual([
      'a.py twice: several folders have it, and a program decides which',
    ]);
  });
});

describe('calls', () => {
  it.each<[string, Files, string[]]>([
    [
      'a module by its name',
      {
        'pkg/__init__.py': '',
        'pkg/a.py': 'def f(): pass\n',
        'use.py': 'import importlib\nm = importlib.import_module("pkg.a")\n' + 'm.f()\n',
      },
      ['use.py -> pkg/a.py'],
    ],
    [
      'relative to the package, not in a comment',
      {
        'pkg/__init__.py':
          'import importlib\n' +
          'm = importlib.import_module(".a", __package__)\n' +
          'n = importlib.import_module(f"pkg.{x}")\n' +
          '# importlib.import_module("pkg.b")\n',
        'pkg/a.py': 'x = 1\n',
        'pkg/b.py': 'x = 1\n',
      },
      ['pkg/__init__.py -> pkg/a.py'],
    ],
  ])('%s', async (_name, files, links) => {
    expect((await linksOf(files)).sort()).toEqual(links);
  });
});
