/** A project is planned from the top down; what an answer lacks is asked for again. */
import { expect, test } from 'vitest';
import { checkedTeacher } from '../../../../services/teacher/checked.ts';
import { exampleStructure, exampleTexts } from '../example-repository.ts';
import { type FakeOpenAiOptions, respond } from '../fake-openai-server.ts';
import { openOnFake } from '../open-on-fake.ts';

const signal = new AbortController().signal;

const planRequest = {
  name: 'keeper',
  licence: 'MIT',
  readme: exampleTexts['README.md'] ?? '',
  files: exampleStructure.files,
  edges: exampleStructure.edges,
  modules: [],
  manifests: [],
};

test('asks for purposes in batches that cover every file once', async () => {
  const { teacher, server } = await openOnFake({}, { purposesPerCall: 4 });
  const { value, usage } = await teacher.plan(planRequest, signal);
  expect(server.requests).toHaveLength(3);
  expect(usage.calls).toBe(3);
  expect(value.requirements).toContain('keeper');
  expect(value.purposes.map((purpose) => purpose.path)).toEqual(
    exampleStructure.files.map((file) => file.path),
  );
});

test('a project with modules is planned from the top down, each level shown the one above', async () => {
  const { teacher, server } = await openOnFake({}, { purposesPerCall: 2 });
  const modules = [
    { name: 'core', files: [0, 2, 3] },
    { name: 'around', files: [1, 4, 5] },
    { name: 'nothing', files: [] },
  ];
  const { value, usage } = await teacher.plan({ ...planRequest, modules }, signal);
  const asked = server.requests.map(({ body }) => body.messages?.[1]?.content ?? '');
  // The project; two calls for three modules; two for the files of each.
  expect(asked).toHaveLength(1 + 2 + 4);
  expect(usage.calls).toBe(7);
  expect(asked[0]).toContain('module_2: around (3 files)');
  expect(asked[1]).toContain(value.architecture);
  expect(asked[1]).toContain('module_1: core (3 files)\n  ');
  expect(asked[3]).toContain('module_1: core: Keeps together what belongs together.');
  expect(value.modules?.map(({ module }) => module)).toEqual([0, 1, 2]);
  expect(value.purposes.map(({ path }) => path)).toEqual(
    [0, 2, 3, 1, 4, 5].map((ordinal) => exampleStructure.files[ordinal]?.path),
  );
});

test('a purpose calls each module by its folder, whatever that is called', async () => {
  const purpose = 'It builds on module_1, module_2 and $$, and not on module_39.';
  const answer = { modules: [1, 2, 3].map((number) => ({ module: `module_${number}`, purpose })) };
  const { teacher } = await openOnFake({
    fault: ([system]) =>
      system?.content.includes('"modules"') === true
        ? { kind: 'text', text: JSON.stringify(answer) }
        : null,
  });
  const modules = [
    { name: "$&/$'$$", files: [0, 2, 3] },
    { name: 'src/module_1', files: [1, 4, 5] },
    { name: 'nothing', files: [] },
  ];
  const { value } = await teacher.plan({ ...planRequest, modules }, signal);
  expect(value.modules?.map((each) => each.purpose)).toEqual(
    Array(3).fill("It builds on $&/$'$$, src/module_1 and $$, and not on module_39."),
  );
});

test('modules that a model refuses to describe cost neither the prose nor the files', async () => {
  const { teacher } = await openOnFake({
    fault: ([system]) =>
      system?.content.includes('"modules"') === true
        ? { kind: 'text', text: 'no modules today' }
        : null,
  });
  const modules = [{ name: 'all', files: [0, 1, 2, 3, 4, 5] }];
  const { value } = await teacher.plan({ ...planRequest, modules }, signal);
  expect(value.failures).toEqual([
    { of: [{ module: 0 }], reason: expect.stringContaining('TEACHER_ANSWER_INVALID') },
  ]);
  expect(value.modules).toBeUndefined();
  expect(value.purposes).toHaveLength(6);
});

test('a project that a model refuses to describe costs no purpose', async () => {
  const { teacher } = await openOnFake({
    fault: ([system]) =>
      system?.content.includes('"requirements"') === true
        ? { kind: 'text', text: 'no plan today' }
        : null,
  });
  const checked = checkedTeacher(teacher, { checks: 'on', mendingsMax: 2 });
  const { value } = await checked.plan(planRequest, signal);
  const reason = expect.stringContaining('TEACHER_ANSWER_INVALID');
  expect(value.refused).toEqual({ requirements: reason, architecture: reason });
  expect(value.purposes).toHaveLength(6);
  expect(value.failures ?? []).toEqual([]);
});

test('only purposes that a check refuses are asked for again, with what was wrong', async () => {
  let times = 0;
  const { teacher, server } = await openOnFake({
    respond: (messages) => {
      const told = respond(messages);
      times += 1;
      const bad = 'Helps src/missing.py.';
      if (times > 2 + 1) return told;
      return told.replace(/Takes care of what src\/(?:store|errors).py is about./g, bad);
    },
  });
  const checked = checkedTeacher(teacher, { checks: 'on', mendingsMax: 2 });
  const { value, usage } = await checked.plan(planRequest, signal);
  expect(value.failures).toEqual([]);
  expect(value.purposes).toHaveLength(6);
  const asked = server.requests.map(({ body }) => body.messages?.[1]?.content ?? '');
  // The prose, all purposes, the two wrong ones twice.
  expect(asked).toHaveLength(4);
  expect(asked[1]).toContain('src/service.py (');
  expect(asked[2]).not.toContain('src/service.py (');
  expect(asked[2]).toContain('src/store.py: Helps src/missing.py.');
  expect(asked[2]).toMatch(/src\/errors\.py: .*src\/missing\.py/);
  expect(usage).toMatchObject({ calls: 4, refused: { names: 4 } });
});

/** Answers without the entries whose path or module is among these, so many times each. */
function leavingOut(entries: Record<string, number>): FakeOpenAiOptions {
  const left = new Map(Object.entries(entries));
  return {
    respond: (messages) => {
      const { purposes, modules, ...prose } = JSON.parse(respond(messages));
      const kept = (all: { path?: string; module?: string }[]) =>
        all.filter(({ path, module }) => {
          const times = left.get(path ?? module ?? '') ?? 0;
          left.set(path ?? module ?? '', times - 1);
          return times <= 0;
        });
      if (purposes !== undefined) return JSON.stringify({ purposes: kept(purposes) });
      return JSON.stringify(modules === undefined ? prose : { modules: kept(modules) });
    },
  };
}

test('purposes that an answer leaves out are asked for again, and those alone', async () => {
  const { teacher, server } = await openOnFake(
    leavingOut({ 'src/store.py': 1, 'src/errors.py': 2, module_1: 1 }),
  );
  const modules = [{ name: 'all', files: [0, 1, 2, 3, 4, 5] }];
  const checked = checkedTeacher(teacher, { checks: 'on', mendingsMax: 2 });
  const { value } = await checked.plan({ ...planRequest, modules }, signal);
  expect(value.failures).toEqual([]);
  expect(value.modules).toHaveLength(1);
  expect(value.purposes).toHaveLength(6);
  const asked = server.requests.map(({ body }) => body.messages?.[1]?.content ?? '');
  // The prose, the module, all files; the module and two files; one file.
  expect(asked).toHaveLength(3 + 2 + 1);
  expect(asked[3]).toContain('module_1: the answer left it out');
  expect(asked[4]).toContain('src/store.py: the answer left it out');
  expect(asked[4]).not.toContain('src/service.py (');
  expect(asked[5]).not.toContain('src/store.py (');
  expect(asked[5]).toContain('src/errors.py (');
});

test('a purpose that is left out always is asked for a bounded number of times', async () => {
  const { teacher, server } = await openOnFake(leavingOut({ 'src/store.py': 1_000 }));
  const checked = checkedTeacher(teacher, { checks: 'on', mendingsMax: 2 });
  const { value } = await checked.plan(planRequest, signal);
  expect(server.requests).toHaveLength(2 + 2);
  expect(value.purposes.map(({ path }) => path)).not.toContain('src/store.py');
  expect(value.purposes).toHaveLength(5);
});

test('a batch of purposes that is refused for good is not asked for again', async () => {
  const { teacher, server } = await openOnFake({
    fault: ([system]) =>
      system?.content.includes('"purposes"') === true
        ? { kind: 'text', text: '', finishReason: 'content_filter' }
        : null,
  });
  const checked = checkedTeacher(teacher, { checks: 'on', mendingsMax: 2 });
  const { value } = await checked.plan(planRequest, signal);
  expect(server.requests).toHaveLength(2);
  expect(value.failures).toMatchObject([{ reason: expect.stringContaining('TEACHER_REFUSED') }]);
  expect(value.failures?.[0]?.of).toHaveLength(6);
});
