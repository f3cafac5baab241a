/** What a gate that is added to the list can do, shown with toy gates. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { admitArchive } from '../../../../services/stages/admit/admit-archive.ts';
import { type AdmitKnobs, admitKnobs } from '../../../../services/stages/admit/config.ts';
import { defineGate, type Gate } from '../../../../services/stages/admit/gate.ts';
import { secrets } from '../../../../services/stages/admit/gates/secrets.ts';
import { vendored } from '../../../../services/stages/admit/gates/vendored.ts';
import { type TarEntry, tgz } from './hostile-archives.ts';

const entries: readonly TarEntry[] = [
  { name: 'r/a.py', body: 'a = 1\n' },
  { name: 'r/b.py', body: 'phone = "555-0100"\n' },
  { name: 'r/c.py', body: 'a = 1\n' },
  { name: 'r/node_modules/d.py', body: 'a = 1\n' },
  { name: 'r/e.py', body: 'a = 1  # mark\n' },
];

const toy = { name: 'toy', summary: 'toys', knobs: {}, reasons: ['toy'], drops: [] } as const;

/** Two real gates (one asked about files, one about redaction), then the toy gate. */
function admitWith(gate: Gate<AdmitKnobs>, origin = 'owner/r') {
  const archive = { name: 'r', origin, format: 'tgz' as const, archive: tgz(entries) };
  return admitArchive(archive, admitKnobs.parse({}), [vendored, secrets, gate]);
}

describe('a gate that is added to the list', () => {
  test('skips by path with its own reason; an earlier gate decides first', async () => {
    const gate = defineGate({
      ...toy,
      open: () => ({ file: ({ path }) => (/[ad]\.py$/.test(path) ? 'toy' : null) }),
    });
    const { files, skipped } = await admitWith(gate);
    expect(skipped).toEqual([
      { path: 'a.py', reason: 'toy' },
      { path: 'node_modules/d.py', reason: 'vendored' },
    ]);
    expect(files.map(({ path }) => path)).toEqual(['b.py', 'c.py', 'e.py']);
  });

  test('skips by text', async () => {
    const gate = defineGate({
      ...toy,
      open: () => ({ text: ({ text }) => (text.includes('mark') ? 'toy' : null) }),
    });
    expect((await admitWith(gate)).skipped).toContainEqual({ path: 'e.py', reason: 'toy' });
  });

  test('compares a file with earlier ones, and starts anew in each repository', async () => {
    const gate = defineGate({
      ...toy,
      open: () => {
        const seen = new Set<string>();
        return {
          text: ({ text }) => {
            if (seen.has(text)) return 'toy';
            seen.add(text);
            return null;
          },
        };
      },
    });
    for (const _repository of ['first', 'second']) {
      const { skipped } = await admitWith(gate);
      expect(skipped.filter(({ reason }) => reason === 'toy')).toEqual([
        { path: 'c.py', reason: 'toy' },
      ]);
    }
  });

  test('replaces parts of a text, and shares counts with other gates', async () => {
    const gate = defineGate({
      ...toy,
      open: () => ({
        redact: ({ text }) => {
          const start = text.indexOf('555-0100');
          if (start < 0) return null;
          return { findings: [{ start, end: start + 8, kind: 'secret', rule: 'phone' }] };
        },
      }),
    });
    const { files, found } = await admitWith(gate);
    const changed = files.find(({ path }) => path === 'b.py');
    expect(changed?.bytes.toString()).toBe('phone = "<SECRET_1>"\n');
    expect(changed?.redactions).toBe(1);
    expect(found).toEqual({ secret: 1, email: 0, address: 0, address6: 0 });
  });

  test('counts what it points out in files that stay, before redaction, and changes nothing', async () => {
    const gate = defineGate({
      ...toy,
      open: () => ({
        file: ({ path }) => (path === 'e.py' ? 'toy' : null),
        marks: ({ text }) => (/mark|555-/.test(text) ? { seen: 2 } : {}),
      }),
    });
    const { files } = await admitWith(gate);
    expect(files.map(({ path, marked }) => [path, marked])).toEqual([
      ['a.py', {}],
      ['b.py', { 'toy/seen': 2 }],
      ['c.py', {}],
    ]);
  });

  test('skips a file from its answer to the question redact', async () => {
    const gate = defineGate({
      ...toy,
      open: () => ({ redact: ({ text }) => (text.includes('phone') ? 'toy' : null) }),
    });
    expect((await admitWith(gate)).skipped).toContainEqual({ path: 'b.py', reason: 'toy' });
  });

  test.each(['text', 'redact'] as const)('drops a repository for a file, by %s', async (moment) => {
    const gate = defineGate({
      ...toy,
      drops: ['SECRETS_REFUSED'],
      open: () => ({
        [moment]: ({ text }: { text: string }) =>
          text.includes('mark') ? { code: 'SECRETS_REFUSED', detail: 'it says no' } : null,
      }),
    });
    await expect(admitWith(gate)).rejects.toMatchObject({
      code: 'SECRETS_REFUSED',
      message: 'it says no',
      subject: 'e.py',
    });
  });

  test('drops a repository by its origin', async () => {
    const gate = defineGate({
      ...toy,
      drops: ['SECRETS_REFUSED'],
      open: () => ({
        repository: ({ origin, files }) => {
          if (!origin.startsWith('owner/')) return null;
          return { code: 'SECRETS_REFUSED', detail: `${origin}: ${files.length} files` };
        },
      }),
    });
    await expect(admitWith(gate)).rejects.toMatchObject({ message: 'owner/r: 4 files' });
    await expect(admitWith(gate, 'other/r')).resolves.toBeDefined();
  });
});

describe('types', () => {
  test('a gate sees only its declared knobs and gives only its declared answers', () => {
    const gate = defineGate({
      name: 'toy',
      summary: 'toys',
      knobs: { toysMax: z.number().int().default(3) },
      reasons: ['toy'],
      drops: [],
      open: ({ toysMax }) => ({ file: ({ path }) => (path.length > toysMax ? 'toy' : null) }),
    });
    expect(gate.open({ toysMax: 3 }).file?.({ path: 'a.py', bytes: Buffer.alloc(0) })).toBe('toy');
    // @ts-expect-error: a reason that the gate does not declare.
    defineGate({ ...toy, open: () => ({ file: () => 'toys' }) });
    // @ts-expect-error: a code that the gate does not declare.
    defineGate({ ...toy, open: () => ({ file: () => ({ code: 'LICENCE_REFUSED', detail: '' }) }) });
    // @ts-expect-error: a knob that the gate does not declare.
    defineGate({ ...toy, open: ({ toysMax }) => (toysMax > 1 ? {} : {}) });
    // @ts-expect-error: a code that is not a drop code.
    defineGate({ ...toy, drops: ['DISK_FULL'], open: () => ({}) });
  });
});
