/** Modules that bring in each other's names in ever more ways: the search for a name ends. */
import { expect, it } from 'vitest';
import { readCrates } from '../../../../../../services/stages/extract/languages/rust/crates.ts';
import { openNames } from '../../../../../../services/stages/extract/languages/rust/names.ts';
import { type Files, parseFiles, structureOf } from '../../structure-of.ts';

/** Each of two modules brings in the names of two others: 2^40 ways to a name that none has. */
const levels = Array.from({ length: 40 }, (_, at) => at);
const both = (at: number) => `pub use crate::a${at + 1}::*;\npub use crate::b${at + 1}::*;\n`;
const files: Files = {
  'Cargo.toml': '[package]\nname = "shop"\nedition = "2021"\n',
  'src/lib.rs': [
    ...levels.map((at) => `mod a${at};\nmod b${at};\n`),
    'mod user;\nmod plain;\n',
  ].join(''),
  'src/user.rs': 'use crate::a0::Gone;\nuse crate::plain::Here;\nfn f(_: Gone, _: Here) {}\n',
  'src/plain.rs': 'pub struct Here;\n',
  ...Object.fromEntries(levels.map((at) => [`src/a${at}.rs`, both(at)])),
  ...Object.fromEntries(levels.map((at) => [`src/b${at}.rs`, both(at)])),
};

it('a name with very many ways to it is unresolved for that reason, others are found', async () => {
  const { edges, unresolved } = await structureOf(files);
  expect(unresolved).toContainEqual({
    from: 'src/user.rs',
    specifier: 'crate::a0::Gone',
    reason: 'its name has too many ways through other modules',
  });
  expect(edges).toContainEqual(
    expect.objectContaining({ from: 'src/user.rs', to: 'src/plain.rs', names: ['Here'] }),
  );
});

it('a search looks into ten thousand modules at most', async () => {
  const parsed = await parseFiles(files);
  const project = {
    files: new Map(parsed.map((file) => [file.path, file])),
    folders: new Set(['', 'src']),
  };
  const place = readCrates(project).get('src/user.rs');
  const user = project.files.get('src/user.rs');
  if (place === undefined || user === undefined) throw new Error('the file is in no crate');
  let looks = 0;
  const modules = new Map(place.crate.modules);
  const get = modules.get.bind(modules);
  modules.get = (name) => {
    looks += 1;
    return get(name);
  };
  const names = openNames(project);
  const scope = names.scopeOf({ ...place, crate: { ...place.crate, modules } }, user, '');
  expect(names.meaningsOf(scope, ['crate', 'a0', 'Gone'])).toBeNull();
  expect(looks).toBeGreaterThan(40);
  expect(looks).toBeLessThanOrEqual(10_000);
});
