/** Rust: module trees, uses, paths, macros, crates of one workspace. */
import { describe, expect, it } from 'vitest';
import { edgesOf, type Files, structureOf, symbolsOf } from '../../structure-of.ts';

const cargo = '[package]\nname = "my-shop"\nedition = "2021"\n';

describe('rust', () => {
  it('reads definitions', async () => {
    const text = `//! About the file.
/// A cart. With things.
#[derive(Debug)]
pub struct Cart<T> { items: Vec<T> }
impl<T> Cart<T> {
    pub fn new() -> Self { todo!() }
}
impl<T> Drop for Cart<T> { fn drop(&mut self) {} }
pub trait Pay { fn pay(&self) -> u32; }
const LIMIT: usize = 3;
#[macro_export]
macro_rules! shop { () => {} }
mod inline { pub fn f() {} }`;
    expect(await symbolsOf('src/lib.rs', text)).toEqual([
      'struct Cart: pub struct Cart<T>',
      'method Cart.new: pub fn new() -> Self',
      'method Cart.drop: fn drop(&mut self)',
      'trait Pay: pub trait Pay',
      'method Pay.pay: fn pay(&self) -> u32',
      'constant LIMIT: const LIMIT: usize = 3',
      'macro shop: macro_rules! shop',
      'module inline: mod inline',
      'function inline.f: pub fn f()',
    ]);
    const { files } = await structureOf({ 'src/lib.rs': text });
    expect(files[0]?.symbols[0]?.doc).toBe('A cart.');
    expect(files[0]?.symbols.find(({ name }) => name === 'shop')?.exported).toBe(true);
  });

  it.each<[string, Files, string[]]>([
    [
      'modules, use lists, super, paths in code and what is passed on',
      {
        'Cargo.toml': cargo,
        'src/lib.rs': 'mod a;\nmod b;\npub use a::Cart;\n',
        'src/a.rs': 'pub struct Cart;\npub fn sum() {}\n',
        'src/b/mod.rs': 'pub mod c;\npub const B: u8 = 1;\n',
        'src/b/c.rs':
          'use super::B;\nuse crate::{a::{self, sum}, Cart};\n' +
          'fn f() { a::sum(); crate::b::B; let _ = Cart; sum(); }\n' +
          '#[cfg(test)]\nmod tests { use super::*; }\n',
      },
      [
        'src/b/c.rs -> src/a.rs [import] Cart,sum',
        'src/b/c.rs -> src/b/mod.rs [import] B',
        'src/b/c.rs -> src/lib.rs [import] Cart',
        'src/b/mod.rs -> src/b/c.rs [declares]',
        'src/lib.rs -> src/a.rs [re-export] Cart',
        'src/lib.rs -> src/b/mod.rs [declares]',
      ],
    ],
    [
      'macros in textual scope only',
      {
        'Cargo.toml': cargo,
        'src/lib.rs': '#[macro_use]\nmod macros;\nmod hidden;\nmod user;\n',
        'src/macros.rs': 'macro_rules! seen { () => {} }\n',
        'src/hidden.rs': 'macro_rules! unseen { () => {} }\n',
        'src/user.rs': 'fn f() { seen!(); unseen!(); }\n',
      },
      [
        'src/lib.rs -> src/hidden.rs [declares]',
        'src/lib.rs -> src/macros.rs [declares]',
        'src/lib.rs -> src/user.rs [declares]',
        'src/user.rs -> src/macros.rs [import] seen',
      ],
    ],
    [
      'crates by declared path, the own library, #[path]',
      {
        'Cargo.toml':
          '[workspace]\nmembers = ["app", "core"]\n[workspace.dependencies]\nmy-core = { path = "core" }\n',
        'core/Cargo.toml': '[package]\nname = "my-core"\n',
        'core/src/lib.rs': 'pub struct Core;\n',
        'app/Cargo.toml':
          '[package]\nname = "app"\n[dependencies]\nmy-core = { workspace = true }\n',
        'app/src/lib.rs': '#[path = "odd.rs"]\npub mod even;\n',
        'app/src/odd.rs': 'pub fn f() {}\n',
        'app/src/main.rs':
          'use app::even::f;\nuse my_core::Core;\nfn main() { f(); let _ = Core; }\n',
      },
      [
        'app/src/lib.rs -> app/src/odd.rs [declares]',
        'app/src/main.rs -> app/src/odd.rs [import] f',
        'app/src/main.rs -> core/src/lib.rs [import] Core',
      ],
    ],
    [
      'what stands inside macro calls, and not what they quote for others',
      {
        'Cargo.toml': cargo,
        'src/lib.rs':
          '#[macro_use]\nmod cfg;\n' +
          'on! { /* mod gone; */ pub mod a; pub(crate) use a::{b::{self, B as Other}, c}; }\n',
        'src/cfg.rs': 'macro_rules! on { () => {} }\nmacro_rules! deep { () => {} }\n',
        'src/a/mod.rs': 'on! { pub mod b; deep! {} }\npub fn c() {}\n',
        'src/a/b.rs':
          'pub struct B;\nfn f() { println!("crate::text::x {}", crate::a::c()); }\n' +
          'fn g() { quote! { crate::cfg::x() } }\n',
      },
      [
        'src/a/b.rs -> src/a/mod.rs [import] c',
        'src/a/mod.rs -> src/a/b.rs [declares]',
        'src/a/mod.rs -> src/cfg.rs [import] deep,on',
        'src/lib.rs -> src/a/b.rs [re-export] B',
        'src/lib.rs -> src/a/mod.rs [re-export] c',
        'src/lib.rs -> src/cfg.rs [import] on',
      ],
    ],
    [
      'modules under other names, and all names of one that passes names on',
      {
        'Cargo.toml': cargo,
        'src/lib.rs': 'mod deep;\nmod user;\nmod other;\nuse deep::prelude as front;\n',
        'src/deep/mod.rs': 'pub mod prelude;\nmod item;\n',
        'src/deep/prelude.rs': 'pub use super::item::Item;\npub fn own() {}\n',
        'src/deep/item.rs': 'pub struct Item;\n',
        'src/user.rs': 'use crate::front::*;\nfn f(_: Item) {}\n',
        'src/other.rs': 'use crate::front::own;\nfn f() { own() }\n',
      },
      [
        'src/deep/mod.rs -> src/deep/item.rs [declares]',
        'src/deep/mod.rs -> src/deep/prelude.rs [declares]',
        'src/deep/prelude.rs -> src/deep/item.rs [re-export] Item',
        'src/lib.rs -> src/deep/mod.rs [declares]',
        'src/lib.rs -> src/deep/prelude.rs [import]',
        'src/lib.rs -> src/other.rs [declares]',
        'src/lib.rs -> src/user.rs [declares]',
        'src/other.rs -> src/deep/prelude.rs [import] own',
        'src/other.rs -> src/lib.rs [import] front',
        'src/user.rs -> src/deep/item.rs [import] Item',
        'src/user.rs -> src/deep/prelude.rs [import] Item',
        'src/user.rs -> src/lib.rs [import] front',
      ],
    ],
    [
      'macros of a crate under macro_use, and edition 2015 paths from the root',
      {
        'Cargo.toml':
          '[package]\nname = "app"\n[dependencies]\nmarks = { path = "marks" }\n' +
          '[dev-dependencies]\nhidden = { path = "hidden" }\n',
        'marks/Cargo.toml': '[package]\nname = "marks"\n[lib]\nproc-macro = true\n',
        'marks/src/lib.rs': '#[proc_macro_attribute]\npub fn mark() {}\n',
        'hidden/Cargo.toml': '[package]\nname = "hidden"\n',
        'hidden/src/lib.rs': '#[macro_export]\nmacro_rules! unseen { () => {} }\n',
        'src/lib.rs': '#[macro_use]\nextern crate marks;\nmod a;\nmod b;\npub struct Root;\n',
        'src/a.rs': 'use b::B;\nuse Root;\nuse std::io;\n#[mark]\nfn f() { unseen!(); }\n',
        'src/b.rs': 'pub struct B;\n',
      },
      [
        'src/a.rs -> marks/src/lib.rs [import] mark',
        'src/a.rs -> src/b.rs [import] B',
        'src/a.rs -> src/lib.rs [import] Root',
        'src/lib.rs -> marks/src/lib.rs [import]',
        'src/lib.rs -> src/a.rs [declares]',
        'src/lib.rs -> src/b.rs [declares]',
      ],
    ],
  ])('%s', async (_name, files, expected) => {
    expect(await edgesOf(files)).toEqual(expected);
  });

  it('reports a module without a file', async () => {
    const { unresolved } = await structureOf({ 'Cargo.toml': cargo, 'src/lib.rs': 'mod gone;\n' });
    expect(unresolved.map(({ specifier }) => specifier)).toEqual(['mod gone']);
  });

  it('a parent that its child needs comes first: `mod` is no dependency', async () => {
    const { order } = await structureOf({
      'Cargo.toml': cargo,
      'src/lib.rs': 'mod a;\npub struct Root;\n',
      'src/a.rs': 'use crate::Root;\nfn f(_: Root) {}\n',
    });
    expect(order).toEqual(['Cargo.toml', 'src/lib.rs', 'src/a.rs']);
  });
});
