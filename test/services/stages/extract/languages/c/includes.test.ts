/** Where headers are found by what build files say, in the ways in which they say it. */
import { describe, expect, it } from 'vitest';
import { type Files, structureOf, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

const header = 'int f(void);\n';
const includes = (...names: readonly string[]) =>
  names.map((name) => `#include ${name}\n`).join('');

async function targetsOf(files: Files): Promise<string[]> {
  const { edges } = await structureOf(files);
  return edges.map(({ to, confidence }) => `${to} ${confidence}`);
}

describe('make', () => {
  it.each<[string, Files, string[]]>([
    [
      'variables in the folder of a flag',
      {
        'tests/Makefile': `LZ4DIR := ../lib\nCPPFLAGS += -I$(LZ4DIR) -I \${OTHER}\nOTHER ?= ../other\n`,
        'tests/t.c': includes('"lz4.h"', '<o.h>'),
        'lib/lz4.h': header,
        'other/o.h': header,
      },
      ['lib/lz4.h 1', 'other/o.h 1'],
    ],
    [
      'functions that make lists of flags, from an included file too',
      {
        Makefile:
          'include config.mk\nDIRS = inc \\\n  lib\nCPPFLAGS += $(addprefix -I,$(DIRS))\n' +
          'CPPFLAGS += $(patsubst %,-I%,$(MORE)) $(MORE:%=-I%/deep)\n' +
          'CPPFLAGS += $(foreach d,x y,-I$(d)/h) $(addprefix -I,$(wildcard mods/*))\n',
        'config.mk': 'MORE = z\nTOP := $(shell pwd)\nCFLAGS = -I$(TOP)/q\n',
        'inc/a.h': header,
        'lib/b.h': header,
        'z/c.h': header,
        'z/deep/d.h': header,
        'y/h/e.h': header,
        'mods/m/g.h': header,
        'q/i.h': header,
        'main.c': includes('<a.h>', '"b.h"', '<c.h>', '<d.h>', '<e.h>', '<g.h>', '<i.h>'),
      },
      ['inc/a.h', 'lib/b.h', 'mods/m/g.h', 'q/i.h', 'y/h/e.h', 'z/c.h', 'z/deep/d.h'].map(
        (path) => `${path} 1`,
      ),
    ],
    [
      "automake's folders: the top is where configure.ac is",
      {
        'tool/configure.ac': 'AC_INIT([tool], [1])\n',
        'tool/src/Makefile.am': 'AM_CPPFLAGS = -I$(top_srcdir)/lib -I@srcdir@/own\n',
        'tool/src/main.c': includes('<util.h>', '<stdio.h>', '<own.h>'),
        'tool/src/own/own.h': header,
        'tool/lib/util.h': header,
        'lib/util.h': header,
      },
      ['tool/lib/util.h 1', 'tool/src/own/own.h 1'],
    ],
    [
      'sources that lie outside of the folder of their build file',
      {
        'build/Makefile': 'SRC = ../code/main.c\nCFLAGS = -I../shared\nall: $(SRC)\n',
        'code/main.c': includes('<s.h>'),
        'shared/s.h': header,
      },
      ['shared/s.h 0.95'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await targetsOf(files)).toEqual(expected);
  });

  it('an include folder that is not understood may be any: low confidence, or said to be', async () => {
    const files: Files = {
      'sub/Makefile': 'CFLAGS = -I$(CORE) -I$(ZLIB_INC)\n',
      'core/z.h': header,
      'one/twice.h': header,
      'two/twice.h': header,
      'vendor/zlib.h': header,
      'sub/main.c': includes('"z.h"', '"twice.h"', '<zlib.h>', '<stdio.h>', '"gone.h"'),
      'apart/main.c': includes('"z.h"'),
    };
    expect(await weighedEdgesOf(files)).toEqual(['sub/main.c -> core/z.h 0.6']);
    const notUnderstood = 'a build file names an include folder that is not understood';
    expect(await unresolvedOf(files)).toEqual([
      'apart/main.c z.h: no such header in an include folder',
      'sub/main.c gone.h: no such header in an include folder',
      `sub/main.c twice.h: ${notUnderstood}`,
      `sub/main.c zlib.h: ${notUnderstood}`,
    ]);
  });
});

describe('other builds', () => {
  it.each<[string, Files, string[]]>([
    [
      'CMake: variables, subdirectories, and what a linked target offers',
      {
        'CMakeLists.txt':
          'project(shop C)\nset(INC $' +
          '{CMAKE_CURRENT_SOURCE_DIR}/inc)\n' +
          'include_directories($' +
          '{INC} $' +
          '{ZLIB_INCLUDE_DIRS})\n' +
          'add_subdirectory(core)\nadd_subdirectory(app)\n',
        'inc/a.h': header,
        'core/CMakeLists.txt':
          'add_library(core x.c)\nadd_library(shop::core ALIAS core)\n' +
          'target_include_directories(core PUBLIC $<BUILD_INTERFACE:$' +
          '{CMAKE_CURRENT_LIST_DIR}/open> PRIVATE hidden)\n',
        'core/open/o.h': header,
        'core/hidden/h.h': header,
        'app/CMakeLists.txt':
          'add_executable(app main.c) # the program\ntarget_link_libraries(app PRIVATE shop::core)\n',
        'app/main.c': includes('<o.h>', '"h.h"', '<a.h>'),
      },
      ['core/open/o.h 1', 'inc/a.h 1'],
    ],
    [
      'CMake from a folder beside the sources',
      {
        'build/cmake/CMakeLists.txt':
          'get_filename_component(TOP $' +
          '{CMAKE_CURRENT_SOURCE_DIR}/../.. ABSOLUTE)\n' +
          'include_directories($' +
          '{TOP}/shared)\nset(SRC $' +
          '{TOP}/code/main.c)\n' +
          'add_library(a $' +
          '{SRC})\n',
        'code/main.c': includes('<s.h>'),
        'shared/s.h': header,
      },
      ['shared/s.h 1'],
    ],
    [
      'meson: a variable of a folder is seen in all of the project',
      {
        'meson.build': "project('shop', 'c')\nsubdir('lib')\nsubdir('src')\n",
        'lib/meson.build': "inc = include_directories('open', is_system: true)\n",
        'lib/open/o.h': header,
        'src/main.c': includes('<o.h>'),
      },
      ['lib/open/o.h 0.9'],
    ],
    [
      'Bazel, GN and SCons',
      {
        'one/BUILD.bazel': 'cc_library(name = "one", includes = ["open"])\n',
        'one/open/a.h': header,
        'one/main.c': includes('<a.h>'),
        'two/BUILD.gn': 'config("c") { include_dirs = [ "//one/open" ] }\n',
        'two/main.c': includes('<a.h>'),
        'three/SConscript': "env.Append(CPPPATH=['#one/open'])\n",
        'three/main.c': includes('<a.h>'),
      },
      ['one/open/a.h 1', 'one/open/a.h 1', 'one/open/a.h 1'],
    ],
    [
      "Kbuild's folders",
      {
        'drivers/x/Kbuild': 'ccflags-y += -I$(src)/own -I$(srctree)/shared\n',
        'drivers/x/own/a.h': header,
        'shared/b.h': header,
        'drivers/x/main.c': includes('"a.h"', '"b.h"'),
      },
      ['drivers/x/own/a.h 1', 'shared/b.h 1'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await targetsOf(files)).toEqual(expected);
  });
});

it('a macro of the file may name it, and a backslash is a slash', async () => {
  const files: Files = {
    'main.c': '#define HEADER "x.h"\n#include HEADER\n#include "sub\\y.h"\n#include OTHER\n',
    'sub/y.h': header,
    'x.h': header,
  };
  expect(await targetsOf(files)).toEqual(['sub/y.h 1', 'x.h 1']);
  expect(await unresolvedOf(files)).toEqual([]);
});
