/** Rust's names down to who defines them, modules of several builds, and Cargo's names. */
import { describe, expect, it } from 'vitest';
import { type Files, structureOf, unresolvedOf, weighedEdgesOf } from '../../structure-of.ts';

const cargo = '[package]\nname = "shop"\nedition = "2021"\n';

async function edgesFrom(path: string, files: Files): Promise<string[]> {
  const edges = await weighedEdgesOf({ 'Cargo.toml': cargo, ...files });
  const start = `${path} -> `;
  return edges.filter((edge) => edge.startsWith(start)).map((edge) => edge.slice(start.length));
}

describe('names', () => {
  it.each<[string, Files, string[]]>([
    [
      'an inline module that passes on, behind a wildcard, down to the definer',
      {
        'src/lib.rs': 'mod loom;\nmod user;\n',
        'src/loom/mod.rs': 'mod std;\npub(crate) use self::std::*;\n',
        'src/loom/std/mod.rs':
          'mod mutex;\npub(crate) mod sync {\n    pub(crate) use crate::loom::std::mutex::Mutex;\n}\n',
        'src/loom/std/mutex.rs': 'pub(crate) struct Mutex;\n',
        'src/user.rs': 'use crate::loom::sync::Mutex;\npub fn f(_: Mutex) {}\n',
      },
      ['src/loom/mod.rs 1', 'src/loom/std/mod.rs 0.9', 'src/loom/std/mutex.rs 0.9'],
    ],
    [
      'items and modules that stand in the braces of a macro',
      {
        'src/lib.rs':
          'macro_rules! on { ($($i:item)*) => { $($i)* } }\n' +
          'on! {\n    /// Nets. {\n    pub mod net;\n    pub use net::Socket as Plug;\n}\nmod user;\n',
        'src/net.rs': 'on! {\n    pub struct Socket;\n    impl Socket { pub fn go() {} }\n}\n',
        'src/user.rs': 'use crate::Plug;\nfn f(_: Plug) {}\n',
      },
      ['src/lib.rs 1', 'src/net.rs 0.9'],
    ],
    [
      'a name that each build has from elsewhere: all of them',
      {
        'src/lib.rs': 'mod sync;\nmod a;\nmod b;\nmod user;\n',
        'src/sync.rs':
          '#[cfg(windows)]\npub use crate::b::Lock;\n#[cfg(not(windows))]\npub use crate::a::Lock;\n',
        'src/a.rs': 'pub struct Lock;\n',
        'src/b.rs': 'pub struct Lock;\n',
        'src/user.rs': 'use crate::sync::Lock;\nfn f(_: Lock) {}\n',
      },
      ['src/a.rs 0.9', 'src/b.rs 0.8', 'src/sync.rs 1'],
    ],
    [
      'an own name hides what a wildcard brings',
      {
        'src/lib.rs': 'mod sync;\nmod a;\nmod user;\n',
        'src/sync.rs': 'pub use crate::a::*;\npub struct Lock;\n',
        'src/a.rs': 'pub struct Lock;\n',
        'src/user.rs': 'use crate::sync::Lock;\nfn f(_: Lock) {}\n',
      },
      ['src/sync.rs 1'],
    ],
    [
      'a bare name is no module that a wildcard brings, a path is',
      {
        'src/lib.rs': 'mod iter;\n',
        'src/iter/mod.rs': 'mod len;\nmod map;\nmod user;\npub struct Base;\n',
        'src/iter/len.rs': 'pub fn go() {}\n',
        'src/iter/map.rs': 'pub fn go() {}\n',
        'src/iter/user.rs':
          'use super::*;\nfn f(b: Base, len: usize) -> usize { map::go(); vec![len].len() + len }\n',
      },
      ['src/iter/map.rs 0.9', 'src/iter/mod.rs 1'],
    ],
    [
      'a variable, a method and a parameter are not the functions that a wildcard brings',
      {
        'src/lib.rs': 'mod fs;\nmod user;\n',
        'src/fs/mod.rs':
          'mod one;\nmod two;\nmod three;\nmod four;\npub use self::one::find;\n' +
          'pub use self::two::split;\npub use self::three::once;\npub use self::four::{call, VALUE};\nmod five;\npub use self::five::Part;\n',
        'src/fs/one.rs': 'pub fn find() {}\n',
        'src/fs/two.rs': 'pub fn split() {}\n',
        'src/fs/three.rs': 'pub fn once() {}\n',
        'src/fs/four.rs': 'pub fn call() {}\npub const VALUE: u8 = 1;\n',
        'src/fs/five.rs': 'pub struct Part;\n',
        'src/user.rs':
          'use crate::fs::*;\nstruct S;\nimpl S { fn find(&self, split: u8) -> u8 { let once = split; once } }\n' +
          'fn g(s: S, p: &mut Part) { assert_eq!(s.find(1), "x".split(\'x\').count() as u8); call(); }\n',
      },
      ['src/fs/five.rs 0.9', 'src/fs/four.rs 0.9', 'src/fs/mod.rs 1'],
    ],
  ])('%s', async (_name, files, expected) => {
    const user = Object.keys(files).find((path) => path.endsWith('user.rs')) ?? '';
    expect(await edgesFrom(user, files)).toEqual(expected);
  });

  it('knows what stands in the braces of a macro, at its own lines', async () => {
    const { files } = await structureOf({
      'src/a.rs':
        'on! {\n    /// A net.\n    pub struct Net { size: u8 }\n}\n' +
        'cfg_if::cfg_if! {\n    if #[cfg(unix)] {\n        pub fn one() {}\n    } else {\n' +
        '        pub fn two() {}\n    }\n}\n' +
        'bitflags! {\n    pub struct Flags: u32 { const A = 1; }\n}\nfn after() {}\n',
    });
    const [{ symbols, errorRatio } = { symbols: [], errorRatio: 1 }] = files;
    expect(symbols.map(({ name, startLine, doc }) => [name, startLine, doc])).toEqual([
      ['Net', 3, 'A net.'],
      ['one', 7, null],
      ['two', 9, null],
      ['after', 15, null],
    ]);
    expect(errorRatio).toBe(0);
  });
});

describe('modules', () => {
  it.each<[string, Files, string[]]>([
    [
      'all files of a module under cfg, the usual one for sure',
      {
        'src/lib.rs':
          '#[cfg(windows)]\n#[path = "win.rs"]\nmod imp;\n#[cfg(unix)]\n#[path = "nix.rs"]\nmod imp;\n' +
          '#[cfg_attr(target_os = "linux", path = "epoll.rs")]\n' +
          '#[cfg_attr(target_os = "macos", path = "kqueue.rs")]\nmod poll;\n',
        'src/win.rs': '',
        'src/nix.rs': '',
        'src/epoll.rs': '',
        'src/kqueue.rs': '',
        'src/poll.rs': '',
      },
      ['src/epoll.rs 1', 'src/kqueue.rs 0.8', 'src/nix.rs 1', 'src/poll.rs 0.8', 'src/win.rs 0.8'],
    ],
    [
      'a folder that a macro walks, and a file that is included',
      {
        'src/lib.rs':
          'pub struct S;\nmod all {\n    automod::dir!("src/all");\n}\ninclude!("made.rs");\n',
        'src/all/one.rs': 'use crate::S;\n',
        'src/made.rs': 'fn made() {}\n',
      },
      ['src/all/one.rs 1', 'src/made.rs 1'],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesFrom('src/lib.rs', files)).toEqual(expected);
  });

  it('a test that walks a folder compiles each of its files by itself', async () => {
    const files: Files = {
      'src/lib.rs': 'pub struct S;\n',
      'tests/ui.rs': 'fn main() { trybuild::TestCases::new().compile_fail("tests/ui/*.rs"); }\n',
      'tests/ui/bad.rs': 'use shop::S;\nuse serde::S as T;\nfn main() {}\n',
    };
    expect(await edgesFrom('tests/ui/bad.rs', files)).toEqual(['src/lib.rs 1']);
  });
});

describe('crates', () => {
  const core = {
    'core/Cargo.toml': '[package]\nname = "geo-core"\n',
    'core/src/lib.rs': 'pub fn area() {}\n',
  };
  it.each<[string, string, string]>([
    ['renamed by the workspace', 'shapes = { workspace = true }', 'shapes'],
    ['renamed by the package', 'forms = { path = "../core", package = "geo-core" }', 'forms'],
    ['patched', 'geo-core = "1"', 'geo_core'],
    [
      'for one system only',
      '[target."cfg(unix)".dependencies]\ngeo-core.path = "../core"',
      'geo_core',
    ],
  ])('%s', async (_name, dependency, name) => {
    const files: Files = {
      ...core,
      'Cargo.toml':
        '[workspace]\nmembers = ["app", "core"]\n[workspace.dependencies]\n' +
        'shapes = { path = "core", package = "geo-core" }\n' +
        '[patch.crates-io]\ngeo-core = { path = "core" }\n',
      'app/Cargo.toml': `[package]\nname = "app"\nedition = "2021"\n[dependencies]\n${dependency}\n`,
      'app/src/main.rs': `use ${name}::area;\nfn main() { area(); }\n`,
    };
    expect(await weighedEdgesOf(files)).toEqual(['app/src/main.rs -> core/src/lib.rs 1']);
  });

  it('targets lie where their names say, or where a path does', async () => {
    const files: Files = {
      'Cargo.toml':
        `${cargo}[lib]\nname = "store"\npath = "code/all.rs"\n` +
        '[[bin]]\nname = "sell"\n[[test]]\nname = "whole"\npath = "checks/whole.rs"\n',
      'code/all.rs': 'pub mod a;\n',
      'code/a.rs': 'pub fn f() {}\n',
      'src/bin/sell/main.rs': 'use store::a::f;\nfn main() { f(); }\n',
      'checks/whole.rs': 'use store::a::f;\nfn t() { f(); }\n',
    };
    expect(await weighedEdgesOf(files)).toEqual([
      'checks/whole.rs -> code/a.rs 1',
      'code/all.rs -> code/a.rs 1',
      'src/bin/sell/main.rs -> code/a.rs 1',
    ]);
    expect(await unresolvedOf(files)).toEqual([]);
  });
});
