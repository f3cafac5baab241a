/**
 * # 7. Your own teacher
 *
 * The teacher writes requirements, purposes and thoughts. The default one, `grounded`, is a set of
 * rules. For data to train on you want a language model. There are two ways to bring one: behind an
 * endpoint, which needs no code, or as a teacher of your own in this repository.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { copyRepository, type RepositoryCopy } from '../samples/installed/repository-copy.ts';
import { writeFiles } from '../samples/write-files.ts';
import { runLine } from '../services/cli/terminal.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';

interface Inspected {
  readonly teacher: { name: string; model: string | null; languageModel: boolean };
  readonly segments: readonly { kind: string; body: string }[];
}

const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-docs-teacher-'));
const backstory = (...argv: string[]) => runLine(argv, { workingFolder });
let server: FakeOpenAi;
let copy: RepositoryCopy;

// Each command is a process of its own, and a busy machine may take a minute to run one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/**
 * Any server that speaks OpenAI's chat protocol will do: vLLM, llama.cpp, Ollama, a paid service.
 * This tutorial starts a small one that makes up its answers.
 */
beforeAll(async () => {
  writeFiles(join(workingFolder, 'greeter'), greeter);
  process.chdir(workingFolder);
  server = await startFakeOpenAi({ model: 'my-model' });
  copy = copyRepository();
});

afterAll(async () => {
  await server?.close();
  copy?.remove();
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
});

describe('A model behind an endpoint', () => {
  /**
   * Two knobs say where the model is and what it is called. A key, where one is needed, comes from
   * the environment alone: `BACKSTORY_TEACHER_API_KEY`. `--set teacher.dollarsMax=5` bounds what a
   * run may spend, and answers are remembered in the output, so nothing is paid twice.
   */
  test('is two knobs', async () => {
    const knobs = [`teacher.baseUrl=${server.baseUrl}`, 'teacher.model=my-model'];
    const set = knobs.flatMap((knob) => ['--set', knob]);
    const line = ['run', 'greeter', '--out', 'data', '--teacher', 'openai', '--search', 'off'];
    const run = await backstory(...line, ...set, '--json');
    expect(run.exitCode, run.err).toBe(0);
    expect(server.requests.length).toBeGreaterThanOrEqual(4);
  });

  /** Who wrote the thoughts is in every sample; the code in it is the repository's in any case. */
  test('is named in every sample', async () => {
    const { out } = await backstory('inspect', 'data', 'greeter', '--json');
    const { teacher, segments } = JSON.parse(out) as Inspected;
    expect(teacher).toMatchObject({ name: 'openai', model: 'my-model', languageModel: true });
    const written = segments.filter(({ kind }) => kind === 'write').map(({ body }) => body);
    expect([...written].sort()).toEqual(Object.values(greeter).sort());
  });

  /**
   * Before a long run, `doctor` asks whether the server and the model are there. A server that does
   * not list the model may serve it all the same, so that is a remark and no failure.
   */
  test('can be checked before a run', async () => {
    const knobs = [
      'teacher.kind=openai',
      `teacher.baseUrl=${server.baseUrl}`,
      'teacher.model=another-model',
    ];
    const doctor = await backstory('doctor', ...knobs.flatMap((knob) => ['--set', knob]));
    expect(doctor.exitCode, doctor.out).toBe(0);
    expect(doctor.out).toContain('does not list the model another-model; it has my-model');
  });
});

/**
 * Where a model is not behind such an endpoint, or where you want other rules, write a teacher. It
 * has four functions, which `services/ports/teacher.ts` describes. This one says one sentence per
 * file. `identity` names it in every sample and in the memory of answers: raise `version` whenever
 * it would answer otherwise.
 */
const terse = `/** The teacher \`terse\`: one sentence per file. */
import type { Answer, Teacher } from '../../ports/teacher.ts';
import { noUsage } from '../../ports/usage.ts';
import type { TeacherAdapter } from '../adapter.ts';

export const terse: TeacherAdapter = {
  about: 'one sentence per file',
  pays: false,
  open: async () => openTerse(),
};

function openTerse(): Teacher {
  return {
    identity: { name: 'terse', version: '1', model: null, languageModel: false },
    plan: async ({ name, files }) =>
      answer({
        requirements: \`\${name} is wanted.\`,
        architecture: \`It has \${files.length} files.\`,
        // A file without a purpose here gets one from its structure.
        purposes: [],
      }),
    think: async ({ path, reads }) =>
      answer(\`I write \${path} after reading \${reads.length} other files.\`),
    rewrite: async ({ thought }) => answer(thought),
    check: async () => null,
  };
}

function answer<Value>(value: Value): Answer<Value> {
  return { value, usage: { ...noUsage, calls: 1 } };
}
`;

describe('A teacher of your own', () => {
  /** It is a folder, and a line in the list; `copy` is a copy of this repository. */
  test('is a folder and a line in open.ts', () => {
    writeFiles(copy.folder, { 'services/teacher/terse/adapter.ts': terse });
    const list = 'services/teacher/open.ts';
    const settings = "import type { TeacherSettings } from './settings.ts';\n";
    copy.edit(list, settings, `${settings}import { terse } from './terse/adapter.ts';\n`);
    copy.edit(list, '{ grounded, openai } as const', '{ grounded, openai, terse } as const');
    // This test goes through the list: names, knobs and budgets.
    const tested = copy.node('scripts/test.ts', 'services/teacher/open');
    expect(tested.exitCode, tested.out + tested.err).toBe(0);
  });

  /** The command knows the name. */
  test('writes the thoughts of a run', () => {
    const out = join(copy.folder, '.cache/data');
    const line = ['run', join(workingFolder, 'greeter'), '--out', out, '--teacher', 'terse'];
    const run = copy.node('scripts/backstory.js', ...line, '--search', 'off');
    expect(run.exitCode, run.err).toBe(0);
    const told = copy.node('scripts/backstory.js', 'inspect', out, 'greeter', '--json').out;
    const { teacher, segments } = JSON.parse(told) as Inspected;
    expect(teacher.name).toBe('terse');
    const thoughts = segments.filter(({ kind }) => kind === 'think').map(({ body }) => body);
    expect(thoughts.map((thought) => thought.trim())).toEqual([
      'I write names.py after reading 0 other files.',
      'I write greet.py after reading 1 other files.',
      'I write README.md after reading 0 other files.',
    ]);
  });
});

/**
 * Learnt: a model behind an endpoint takes two knobs; a teacher of your own is a folder and a line.
 * The scorer, which judges thoughts, is brought in the same two ways (`services/scorer/README.md`).
 * Next: train on what was made (08-resume-a-trainer).
 */
