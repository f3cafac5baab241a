/**
 * # 8. Resume a trainer
 *
 * A trainer reads shards for weeks, and it will be stopped. It must go on with exactly the samples
 * that it would have seen. Here the position in the data is one integer, the step, which is saved
 * with the model, beside a fingerprint that refuses another data set or batch size.
 *
 * The package `backstory_feed` needs Python and numpy: `pip install ./services/feed`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { greeter } from '../samples/inputs/greeter.ts';
import { pythonWithFeed } from '../samples/installed/python-environment.ts';
import { writeFiles } from '../samples/write-files.ts';
import { runLine } from '../services/cli/terminal.ts';

/** The first time, pip downloads what it builds the package with. */
const installMsMax = 300_000;
const workingFolder = mkdtempSync(join(tmpdir(), 'backstory-docs-feed-'));
let python: string;

/**
 * A trainer in twenty lines. In place of a model it has a hash of all that it was trained on, in
 * order: two trainers with the same hash have seen the same tokens and the same masks. Model and
 * position are saved together, in one step that a power cut cannot tear.
 */
const trainer = `
import hashlib, json, os, sys
from backstory_feed import Feed

data, checkpoint, steps_max = sys.argv[1], sys.argv[2], int(sys.argv[3])
state = {"model": "untrained"}
feed = Feed(data, batch_size=2)
if os.path.exists(checkpoint):
    state = json.load(open(checkpoint))
    feed.load_state_dict(state["feed"])

for batch in feed:
    for pack in batch.packs:  # input_ids: the tokens; mask: 1 where a token is trained
        seen = state["model"].encode() + bytes(pack.input_ids) + bytes(pack.mask)
        state["model"] = hashlib.sha256(seen).hexdigest()
    state["feed"] = feed.state_dict()
    with open(checkpoint + ".new", "w") as file:
        json.dump(state, file)
    os.replace(checkpoint + ".new", checkpoint)
    print(batch.step, *(pack.index for pack in batch.packs))
    steps_max -= 1
    if steps_max == 0:
        break
`;

/** Contexts of 128 tokens, so that this small repository fills several packs. */
beforeAll(async () => {
  python = await pythonWithFeed();
  writeFiles(workingFolder, { 'trainer.py': trainer });
  writeFiles(join(workingFolder, 'greeter'), greeter);
  process.chdir(workingFolder);
  const line = ['run', 'greeter', '--out', 'data', '--search', 'off', '--quiet'];
  const run = await runLine([...line, '--set', 'sink.contextLength=128'], { workingFolder });
  expect(run.exitCode, run.err).toBe(0);
}, installMsMax);

afterAll(() => {
  process.chdir(tmpdir());
  rmSync(workingFolder, { recursive: true, force: true });
});

function runPython(...parameters: string[]): string[] {
  const out = execFileSync(python, parameters, { cwd: workingFolder, encoding: 'utf8' });
  return out.trimEnd().split('\n');
}

function train(checkpoint: string, stepsMax: number): string[] {
  return runPython('trainer.py', 'data', checkpoint, String(stepsMax));
}

function modelOf(checkpoint: string): string {
  const print = 'import json, sys; print(json.load(open(sys.argv[1]))["model"])';
  return runPython('-c', print, checkpoint)[0] ?? '';
}

/** A step takes `batch_size` packs in the order of the data set. The last step may be short. */
test('a trainer takes the packs in order', () => {
  const steps = train('whole.json', 100);
  expect(steps.slice(0, 3)).toEqual(['0 0 1', '1 2 3', '2 4 5']);
  expect(modelOf('whole.json')).toMatch(/^[0-9a-f]{64}$/);
});

/**
 * We stop a second trainer after every step and start it again. It goes on at the very next pack,
 * and its model is the one of the trainer that was never stopped.
 */
test('a trainer that is stopped and started sees the same as one that is not', () => {
  const whole = train('again.json', 100);
  const pieces = whole.flatMap(() => train('stopped.json', 1));
  expect(pieces).toEqual(whole);
  expect(modelOf('stopped.json')).toBe(modelOf('whole.json'));
});

/**
 * With several processes each is a rank and takes its slice of every step. The step counts for all
 * of them, so a run that began on one machine goes on with two from the same integer.
 */
test('the number of ranks may change between stops', () => {
  const slice = (rank: string) => {
    const ranks = ['--world-size', '2', '--rank', rank, '--start', '1'];
    return runPython('-m', 'backstory_feed', 'data', '--batch-size', '2', ...ranks)[0];
  };
  expect([slice('0'), slice('1')]).toEqual([
    expect.stringMatching(/^step 1 packs 2 /),
    expect.stringMatching(/^step 1 packs 3 /),
  ]);
});

/**
 * Learnt: the position is one integer; saved with the model, it resumes exactly, with any number
 * of ranks. `Shuffle(window, seed)` mixes packs and resumes as exactly. With PyTorch,
 * `backstory_feed.torch_dataset` makes the feed a data set for a `DataLoader`, workers included. A
 * feed of a data set that still grows waits for more at its head.
 *
 * That was the last tutorial. `services/README.md` has the way to add everything else.
 */
