/** The bills of materials of the wheels, made of the real lock and the real declarations. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { wheelBill } from '../../../scripts/release/python-bill.ts';
import { lockedRequirements, pythonPackages } from '../../../scripts/release/python-packages.ts';
import { closureOf, declaredNames, readLock } from '../../../scripts/release/requirements.ts';
import { root } from '../../tidy/rules/source-files.ts';

interface Bill {
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly externalReferences?: readonly { readonly hashes: readonly object[] }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const locked = readLock(readFileSync(join(root, lockedRequirements), 'utf8'));
const ours = pythonPackages.map(({ name }) => name);

describe.each(pythonPackages)('the bill of $name', ({ name, folder }) => {
  const project = readFileSync(join(root, folder, 'pyproject.toml'), 'utf8');
  const bill = wheelBill({ name, version: '1.0.0', project, ours }, locked) as Bill;

  test('has what it declares and what that needs, each with hashes or from this release', () => {
    const names = new Set(bill.components.map((each) => each.name));
    for (const declared of declaredNames(project)) expect(names).toContain(declared);
    for (const { name: own, externalReferences = [] } of bill.components) {
      if (ours.includes(own)) continue;
      expect(externalReferences[0]?.hashes.length, own).toBeGreaterThan(0);
    }
  });

  test('leads from the wheel to every component, by references that are there', () => {
    const refs = new Set(bill.components.map((each) => each['bom-ref']));
    expect(refs.size).toBe(bill.components.length);
    const reached = new Set<string>();
    const follow = (ref: string) => {
      if (reached.has(ref)) return;
      reached.add(ref);
      for (const next of bill.dependencies.find((each) => each.ref === ref)?.dependsOn ?? []) {
        expect(refs).toContain(next);
        follow(next);
      }
    };
    follow(`pkg:pypi/${name}@1.0.0`);
    expect([...refs].filter((ref) => !reached.has(ref))).toEqual([]);
  });
});

test('a lock is read with markers, hashes and who needs what', () => {
  const hash = 'a'.repeat(64);
  const text = [
    `one==1.0 ; python_full_version < '3.12' \\`,
    `    --hash=sha256:${hash} \\`,
    `    --hash=sha256:${hash}`,
    '    # via own-package (pyproject.toml)',
    `Two_x==2.0 \\`,
    `    --hash=sha256:${hash}`,
    '    # via',
    '    #   one',
    '    #   own-package (pyproject.toml)',
    '',
  ].join('\n');
  const [one, two] = readLock(text);
  expect(one).toMatchObject({ marker: "python_full_version < '3.12'", via: ['own-package'] });
  expect(two).toMatchObject({ name: 'two-x', version: '2.0', hashes: [hash] });
  expect(two?.via).toEqual(['one', 'own-package']);
  expect(closureOf(['one'], readLock(text))).toHaveLength(2);
  expect(closureOf(['two-x'], readLock(text))).toHaveLength(1);
});

test('what the lock does not say ends the release', () => {
  expect(() => readLock('one>=1.0\n')).toThrow('line 1 of the lock is not understood: one>=1.0');
  const project = 'dependencies = ["absent>=1"]\n';
  const wheel = { name: 'wheel', version: '1.0.0', project, ours };
  expect(() => wheelBill(wheel, locked)).toThrow('the lock lacks absent of wheel');
});
