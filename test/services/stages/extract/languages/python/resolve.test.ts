/** Where Python's imports lead: as Python looks, along the roots that build files state. */
import { describe, expect, it } from 'vitest';
import {
  edgesOf,
  type Files,
  structureOf,
  unresolvedOf,
  weighedEdgesOf,
} from '../../structure-of.ts';

const spin = 'def spin(): pass\n';
const uses = 'from motor.core import spin\nspin()\n';

describe('package folders', () => {
  it.each<[string, string, string, string]>([
    [
      'setuptools in pyproject.toml',
      'pyproject.toml',
      '[tool.setuptools.package-dir]\nmotor = "lib/engine_src"\n',
      'lib/engine_src/',
    ],
    [
      'setuptools in setup.cfg',
      'setup.cfg',
      '[options]\npackage_dir =\n    = python\n    motor = lib/engine_src\n',
      'lib/engine_src/',
    ],
    [
      'setuptools in setup.py',
      'setup.py',
      "setup(packages=['motor'], package_dir={'': 'python', 'motor': 'lib/engine_src'})\n",
      'lib/engine_src/',
    ],
    [
      'where of find',
      'setup.py',
      "setup(packages=find_packages(where='python'))\n",
      'python/motor/',
    ],
    [
      'where of setup.cfg',
      'setup.cfg',
      '[options.packages.find]\nwhere = python\n',
      'python/motor/',
    ],
    [
      'Poetry',
      'pyproject.toml',
      '[tool.poetry]\npackages = [{ include = "motor", from = "python" }]\n',
      'python/motor/',
    ],
    [
      'Hatch by prefix',
      'pyproject.toml',
      '[tool.hatch.build.targets.wheel.sources]\n"lib/engine_src" = "motor"\n',
      'lib/engine_src/',
    ],
    [
      'Hatch by packages',
      'pyproject.toml',
      '[tool.hatch.build.targets.wheel]\npackages = ["python/motor"]\n',
      'python/motor/',
    ],
    ['PDM', 'pyproject.toml', '[tool.pdm.build]\npackage-dir = "python"\n', 'python/motor/'],
    ['uv', 'pyproject.toml', '[tool.uv.build-backend]\nmodule-root = "python"\n', 'python/motor/'],
    ['maturin', 'pyproject.toml', '[tool.maturin]\npython-source = "python"\n', 'python/motor/'],
    ['pytest', 'pytest.ini', '[pytest]\npythonpath = python\n', 'python/motor/'],
  ])('%s', async (_name, manifest, text, folder) => {
    const files: Files = {
      [manifest]: text,
      [`${folder}__init__.py`]: '',
      [`${folder}core.py`]: spin,
      'checks/use.py': uses,
    };
    expect(await edgesOf(files)).toEqual([`checks/use.py -> ${folder}core.py [import] spin`]);
  });

  it('a folder that a program computes is guessed at, if only one package can be meant', async () => {
    const files: Files = {
      'setup.py': "setup(packages=find_packages(SOURCES), package_dir={'': SOURCES})\n",
      'deep/down/motor/__init__.py': '',
      'deep/down/motor/core.py': spin,
      'checks/use.py': `${uses}import requests\n`,
    };
    expect(await weighedEdgesOf(files)).toEqual(['checks/use.py -> deep/down/motor/core.py 0.6']);
    const { files: found } = await structureOf(files);
    expect(found.flatMap(({ externals }) => externals)).toContain('requests');
  });

  it('a neighbour is seen by a path, an editable requirement, or by its name in setup.py', async () => {
    const files: Files = {
      'core/setup.py': "setup(name='the-motor')\n",
      'core/motor/__init__.py': '',
      'core/motor/core.py': spin,
      'a/pyproject.toml': '[tool.poetry.dependencies]\nthing = { path = "../core" }\n',
      'a/use.py': uses,
      'b/requirements-dev.txt': '# tools\n-e ../core[all]\n',
      'b/use.py': uses,
      'c/setup.py': "setup(name='c', install_requires=['the_motor>=1'])\n",
      'c/use.py': uses,
      'd/pyproject.toml':
        '[tool.setuptools]\npackage-dir = { x = { y = 1 } }\n' +
        '[tool.hatch.build]\npackages = [{ include = "x" }]\n' +
        '[dependency-groups]\ntest = [{ include-group = "dev" }]\ndev = ["the_motor"]\n',
      'd/use.py': uses,
      'e/setup.py': "setup(name='e')\n",
      'e/use.py': uses,
    };
    expect(await weighedEdgesOf(files)).toEqual([
      'a/use.py -> core/motor/core.py 1',
      'b/use.py -> core/motor/core.py 1',
      'c/use.py -> core/motor/core.py 1',
      'd/use.py -> core/motor/core.py 1',
    ]);
  });
});

describe('as Python looks', () => {
  it('types only, by every form of the condition', async () => {
    const import_ = (name: string) => `    from .${name} import ${name.toUpperCase()}\n`;
    const files: Files = {
      'pkg/__init__.py': '',
      ...Object.fromEntries('abcdefgh'.split('').map((name) => [`pkg/${name}.py`, ''])),
      'pkg/use.py':
        `if TYPE_CHECKING:\n${import_('a')}else:\n${import_('b')}` +
        `if not t.TYPE_CHECKING:\n${import_('c')}else:\n${import_('d')}` +
        `if TYPE_CHECKING or x:\n${import_('e')}elif TYPE_CHECKING:\n${import_('f')}` +
        `if TYPE_CHECKING and x:\n    if y:\n    ${import_('g')}` +
        `if x:\n${import_('h')}`,
    };
    const { edges } = await structureOf(files);
    const typeOnly = edges.filter(({ kind }) => kind === 'type-only').map(({ to }) => to);
    expect(typeOnly).toEqual(['pkg/a.py', 'pkg/d.py', 'pkg/f.py', 'pkg/g.py']);
    expect(edges).toHaveLength(8);
  });

  it('does not climb above the topmost package', async () => {
    const files: Files = {
      'pyproject.toml': '[project]\nname = "pkg"\n',
      'outside.py': spin,
      'pkg/__init__.py': '',
      'pkg/inner/__init__.py': '',
      'pkg/inner/a.py': 'from ... import outside\nfrom ...outside import spin\nfrom ..b import x\n',
      'pkg/b.py': 'x = 1\n',
      'src/outside.py': spin,
      'src/other/__init__.py': 'from ..outside import spin\n',
    };
    expect(await weighedEdgesOf(files)).toEqual(['pkg/inner/a.py -> pkg/b.py 1']);
    expect(await unresolvedOf(files)).toEqual([
      'pkg/inner/a.py ...: climbs above the topmost package',
      'pkg/inner/a.py ...outside: climbs above the topmost package',
      'src/other/__init__.py ..outside: climbs above the topmost package',
    ]);
  });

  it('in a namespace only the way of starting says where packages begin', async () => {
    expect(
      await weighedEdgesOf({
        'acme/cloud/__init__.py': '',
        'acme/cloud/a.py': 'from ..shared import x\nfrom . import b\n',
        'acme/cloud/b.py': '',
        'acme/shared.py': 'x = 1\n',
      }),
    ).toEqual(['acme/cloud/a.py -> acme/cloud/b.py 1', 'acme/cloud/a.py -> acme/shared.py 0.8']);
  });

  it('a package before a module, code before stubs, a regular package before a namespace', async () => {
    expect(
      await edgesOf({
        'pyproject.toml': '',
        'a/__init__.py': 'x = 1\n',
        'a.py': 'x = 1\n',
        'b.pyi': 'x: int\n',
        'b.py': 'x = 1\n',
        'c/x.py': '',
        'c.py': 'x = 1\n',
        'src/d/x.py': '',
        'd/__init__.py': 'x = 1\n',
        'time.py': 'x = 1\n',
        'main.py':
          'from a import x\nfrom b import x\nfrom c import x\nfrom d import x\nimport time\n',
      }),
    ).toEqual([
      'main.py -> a/__init__.py [import] x',
      'main.py -> b.py [import] x',
      'main.py -> c.py [import] x',
      'main.py -> d/__init__.py [import] x',
    ]);
  });
});
