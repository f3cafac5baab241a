/** Each check finds what it is for, and lets pass what a good thought says. */
import { describe, expect, test } from 'vitest';
import { buildThinkRequest } from '../../../../services/ports/think-request.ts';
import { createRedactor } from '../../../../services/runtime/redact.ts';
import {
  type CheckName,
  factsOfFile,
  factsOfProject,
  findProblem,
  keepFacts,
  proseChecks,
} from '../../../../services/teacher/checks/checks.ts';
import { thoughtBytesMax, wordsWanted } from '../../../../services/teacher/prompts/length.ts';
import { examplePlan, exampleStructure, exampleTexts } from '../example-repository.ts';

const path = 'src/service.py';
const steps = [
  { kind: 'read', path: 'src/errors.py', fromLine: 0, toLine: 0, text: null } as const,
  { kind: 'read', path: 'src/store.py', fromLine: 0, toLine: 0, text: null } as const,
];
const request = buildThinkRequest(
  exampleStructure,
  examplePlan,
  path,
  steps,
  (read) => exampleTexts[read] ?? '',
);
const facts = factsOfFile(request);

/** As models write them, honest and whole. */
const good = [
  'The service sits on top of the store: callers hand over several keys and want all values at once. From `src/store.py` I take `Store`, whose `get` answers None for a missing key, and from errors.py the error to raise. So `lookup()` walks over the keys in their order and keeps what it finds; the first key without a value ends it with MissingKey, because half a result would hide the loss.',
  'Okay, what belongs here? One function. It needs no state of its own, only the store it is given. I looked at `store.py`: a value that is falsy counts as missing too, which is worth a comment later.',
  'This will be small. `MissingKey` comes from the errors module, which was written first.',
  'After reading errors.py it is clear that a missing key is an error of its own; wait, could the fallback help here? No: a fallback would need a value, and nobody has one.',
  'Its result is an `Optional<Answer<Store>>`, and “`” opens a name that `lookup` skips, expects or gives.',
  'It collects the values of all keys and raises `MissingKey` for the first that has none.',
  'Of course the store comes first, because the service asks it for each key: values, defaults, errors.',
  'Here is where both halves meet, so it stays small. It reads the given file of keys and calls the provided function.',
  'Sure of its keys, the caller wants all values. It acts as a language model would not: it never guesses.',
  'I wrote `src/store.py` before, and its `get` answers None for a missing key; the loop builds on that.',
  'If `lookup` was changed by a caller, or once the store has been modified, the keys are asked again.',
  'A byte such as `\\x80`, `\\xBF`, `\\xC0`, `0x80`, `0xC1`, `0xC2` or `\\u00e9` is part of a key, and `Store.get` keeps it.',
  'Without keys it cannot help a caller: I cannot help but see that nothing is left to look up.',
  "I can't rely on `get` raising here, so I can't help asking each key; I cannot help callers that pass none.",
  "I can't fulfil the contract of `Store` without it, and I cannot comply with the interface by `lookup` alone.",
  'A client of Discord.js would call it with several keys and expect all of the values.',
];

const prompts =
  'PROMPT = "Name identifiers freely, but quote no code: no code blocks" # <think>, <|im_end|>';
/** About a file of prompts; about any other file they are refused. */
const aboutPrompts = [
  'It tells the model to name identifiers freely, but quote no code: no code blocks at all.',
  'An answer that begins with “<think>” or holds `<|im_end|>` is cut before the keys are read.',
];

const bad: Readonly<Record<CheckName, readonly string[]>> = {
  form: [
    '```python\ndef lookup():\n    pass\n```',
    '<think>Let me see.</think> It looks keys up.',
    '{"thought": "It looks keys up."}',
    '## Plan\nIt looks keys up.',
    'Sure, here is the thought: it looks keys up in the store.',
    'As an AI language model I would look keys up.',
    'It looks \u0007 keys up.',
    '123 --- 456',
    'I’m sorry, but I can’t go into what this file does.',
    "The file looks keys up. I can't help with that request.",
    'Unfortunately I am unable to assist, since the file is not mine.',
    'I cannot help you with the keys of this file.',
    'The file looks keys up. I won’t fulfill this request.',
    "The file looks keys up. I'm unable to comply with your request",
  ],
  privacy: [
    `It looks keys up with the token ${['ghp', 'q7Zt2LxV9bKw4RmYc8Dh3NfPs6Gj1Tu5EaXo'].join('_')}.`,
    `The store is opened with password="${['q7Zt2LxV', '9bKw4RmYc8'].join('')}" first.`,
    'Ann Lee <ann.lee@mail-host.org> looks keys up.',
    'Errors go to ann.lee [at] mail-host [dot] org.',
    'Keys come from 81.169.145.90 over the network.',
    'Keys come from 2a02:8109:9f3f::5c6d over the network.',
  ],
  recital: [
    'Name identifiers freely, but quote no code: no code blocks, and it looks keys up.',
    'No run of more than eight words of the file. Answer with one JSON object: the keys.',
    'Say what the file is for and why it comes now, what it takes from the files read.',
  ],
  language: [
    '这个文件负责查找所有键的值，如果缺少任何一个键，它会抛出错误，这样调用者就不会得到不完整的结果。',
    'Diese Datei holt alle Werte der Schlüssel aus dem Speicher und wirft einen Fehler, wenn einer fehlt, weil ein halbes Ergebnis den Verlust verbergen würde. Dazu läuft eine Schleife über alle Schlüssel, jeder wird geprüft, und danach kommen alle gefundenen Werte zurück zum Aufrufer.',
    'lookup store keys values error raise loop collect return list missing key service store lookup keys found append value falsy none check order first callers result half loss hide comment function state module errors small written limit cache lock thread guard path text line',
  ],
  length: ['Looks up.', `It looks keys up. ${'Every key is looked up in order. '.repeat(90)}`],
  repetition: [
    'It looks keys up in order. It looks keys up in order. It looks keys up in order.',
    'The keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys keys.',
    Array.from(
      { length: 12 },
      (_unused, at) => `Key number ${at} is looked up in the store and then it is kept`,
    ).join(' and '),
  ],
  tense: [
    'The given code looks up all keys.',
    'The provided implementation raises an error when a key is missing.',
    'I implemented a function that looks keys up.',
    '`lookup` was added so that callers get all values at once.',
    'This file has been updated to raise an error.',
    'The code above walks over the keys.',
    'In the existing file a loop walks over the keys.',
    'It looks keys up, as I have already implemented.',
    'It follows the original code and walks over the keys.',
  ],
  names: [
    'From `src/cache.py` comes a cache of values.',
    'It imports helpers.py and looks the keys up.',
    'Run pip install -r requirements-enable and look the keys up.',
    'It calls `fetch_all`, `open_cache` and `close_cache` for the keys.',
  ],
  reads: [
    'I looked at tests/test_store.py and saw that the limit is kept.',
    'After reading README.md it is clear what a key is.',
  ],
  copies: [
    'It says found is empty, for key in keys value store get key if not value raise MissingKey key found append value return found.',
  ],
};

describe('checks', () => {
  test.each(good)('let pass: %s', (thought) => {
    expect(findProblem(thought, facts)).toBeNull();
  });

  test.each(aboutPrompts)('let pass about a file that says so itself: %s', (thought) => {
    expect(
      findProblem(thought, factsOfFile({ ...request, code: prompts + exampleTexts[path] })),
    ).toBeNull();
    expect(findProblem(thought, facts)).not.toBeNull();
  });

  const samples = Object.entries(bad).flatMap(([name, texts]) =>
    texts.map((text) => [name as CheckName, text] as const),
  );
  test.each(samples)('%s finds: %s', (name, text) => {
    expect(findProblem(text, facts, [name])).toMatchObject({ check: name });
  });

  test('placeholders of what was replaced are no secrets, and a problem tells nothing of one', () => {
    const placeholders =
      'It logs in with `<SECRET_1>` as user-1@example.com, user-2 [at] example [dot] com, at ' +
      '192.0.2.7 and 2001:db8::1, with password="<SECRET_2>".';
    expect(findProblem(placeholders, facts, ['privacy'])).toBeNull();
    for (const text of bad.privacy) {
      const { problem } = findProblem(text, facts) ?? {};
      expect(problem).toMatch(/^the text holds (?:a key|an e-mail|an IP)/);
    }
  });

  test('a problem quotes little of an answer and holds one line', () => {
    for (const [name, text] of samples) {
      const { problem } = findProblem(text, facts, [name]) ?? { problem: '\n' };
      expect(problem).not.toContain('\n');
      expect(problem.length).toBeLessThan(500);
      // Words after a colon may look like the secret of the word before it, and be hidden.
      expect(createRedactor().hide(problem)).toBe(problem);
    }
  });

  test('a plan names only what the repository has', () => {
    const project = factsOfProject({
      name: 'keeper',
      licence: 'MIT',
      readme: 'Install it with `pip install keeper-store`.',
      files: exampleStructure.files,
      edges: exampleStructure.edges,
      modules: [],
      manifests: [],
    });
    const judge = (text: string) => findProblem(text, project, proseChecks)?.check ?? null;
    expect(judge('It is installed with pip install keeper-store and keeps values.')).toBeNull();
    expect(judge('To use it, make sure that every key has a value in `Store`.')).toBeNull();
    expect(judge('It runs on Node.js and reads pyproject.toml.')).toBe('names');
    expect(judge('It runs on Node.js alone.')).toBeNull();
    expect(judge('Users run pip install -r requirements-enable first.')).toBe('names');
    expect(judge('The settings lie in config/settings.yaml.')).toBe('names');
  });

  test('asked and allowed lengths agree for files of any size', () => {
    for (const bytes of [0, 17, 300, 2_000, 20_000, 400_000]) {
      // Seven bytes a word, and room for a rewrite to grow.
      expect(wordsWanted(bytes) * 7, `${bytes}`).toBeLessThan(thoughtBytesMax(bytes));
    }
    expect(wordsWanted(17)).toBe(20);
  });
});

test('material is read once for the rewrites of a file, and again where any of it differs', () => {
  const factsOf = keepFacts();
  const first = factsOf(request);
  expect(first).toEqual(facts);
  expect(factsOf({ ...request })).toBe(first);
  const other = { ...request, code: 'unlike = "the other"\n' };
  expect(factsOf(other)).toEqual(factsOfFile(other));
  expect(factsOf(request)).toEqual(facts);
});
