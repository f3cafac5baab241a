/** C and C++: definitions and include folders. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

describe('c', () => {
  it('reads definitions', async () => {
    const text = `#ifndef SHOP_H
#define SHOP_H
#define LIMIT 3
#define ADD(a, b) ((a) + (b))
/* A cart.
 * With things. */
typedef struct cart { int size; } cart_t;
extern int total;
static const char *name(int id);
int (*hook)(void);
int open_shop(struct cart *c) { return c->size; }
#endif`;
    expect(await symbolsOf('shop.h', text)).toEqual([
      'macro LIMIT: #define LIMIT 3',
      'macro ADD: #define ADD(a, b)',
      'struct cart: struct cart',
      'field cart.size: int size',
      'type cart_t: typedef struct cart',
      'variable total: extern int total',
      'function name: static const char *name(int id)',
      'variable hook: int (*hook)(void)',
      'function open_shop: int open_shop(struct cart *c)',
    ]);
    const { files } = await structureOf({ 'shop.h': text });
    expect(files[0]?.symbols.find(({ name }) => name === 'cart')?.doc).toBe('A cart.');
    expect(files[0]?.symbols.find(({ name }) => name === 'name')?.exported).toBe(false);
  });

  it.each<[string, Files, string[]]>([
    [
      'own folder first, then named and conventional include folders; names used of the header',
      {
        Makefile: 'CFLAGS += -Ideps/tool\n',
        'include/shop/a.h': 'int a(void);\n#define UNUSED 1\n',
        'deps/tool/tool.h': 'typedef int tool_t;\n',
        'src/b.h': 'int b(void);\n',
        'src/main.c':
          '#include "b.h"\n#include <shop/a.h>\n#include <tool.h>\n#include <stdio.h>\n' +
          '/* UNUSED */ tool_t t; int main(void) { t.UNUSED; return a() + b(); }\n',
      },
      [
        'src/main.c -> deps/tool/tool.h [include] tool_t',
        'src/main.c -> include/shop/a.h [include] a',
        'src/main.c -> src/b.h [include] b',
      ],
    ],
    [
      "include folders below a project of CMake, and below another's name",
      {
        'CMakeLists.txt': 'project(SHOP C)\nadd_subdirectory(app)\n',
        'app/CMakeLists.txt':
          `include_directories(\n  \${SHOP_SOURCE_DIR}/lib # (for "a.h")\n` +
          `  \${ELSE_SOURCE_DIR}/far\n)\n`,
        'lib/a.h': 'int a(void);\n',
        'far/b.h': 'int b(void);\n',
        'app/far/b.h': 'int b(void);\n',
        'app/main.c': '#include "a.h"\n#include "b.h"\nint main(void) { return a(); }\n',
      },
      ['app/main.c -> lib/a.h [include] a'],
    ],
    [
      'include folders in the order in which a build file names them',
      {
        Makefile: 'CFLAGS += -Iz/first -Ia/second -Im/src\n',
        'z/first/same.h': 'int same(void);\n',
        'a/second/same.h': 'int same(void);\n',
        'm/src/same.h': 'int same(void);\n',
        'main.c': '#include <same.h>\nint main(void) { return same(); }\n',
      },
      ['main.c -> z/first/same.h [include] same'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports a header of its own that is missing', async () => {
    const { unresolved } = await structureOf({ 'a.c': '#include "gone.h"\n#include "../out.h"\n' });
    expect(unresolved.map(({ specifier }) => specifier)).toEqual(['../out.h', 'gone.h']);
  });
});

describe('c++', () => {
  it('reads namespaces, classes and templates, also behind macros', async () => {
    const text = `FMT_BEGIN_NAMESPACE
namespace shop {
// A box. Of things.
template <typename T> class Box : public Base<T> {
 public:
  void put(T item) const;
  int size_;
  Box() {}
};
enum class Kind { A };
using Id = int;
}
void shop::Box::put(int x) {}
FMT_END_NAMESPACE`;
    expect(await symbolsOf('box.hpp', text)).toEqual([
      'class shop.Box: class Box : public Base<T>',
      'method Box.put: void put(T item) const',
      'field Box.size_: int size_',
      'method Box.Box: Box()',
      'enum shop.Kind: enum class Kind',
      'type shop.Id: using Id = int',
      'method Box.put: void shop::Box::put(int x)',
    ]);
    const { files } = await structureOf({ 'box.h': text });
    expect(files[0]?.language).toBe('cpp');
    expect(files[0]?.symbols[0]?.doc).toBe('A box.');
  });
});
