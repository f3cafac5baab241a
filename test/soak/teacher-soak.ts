/**
 * `npm run soak -- teacher [--questions 2000] [--seed 1] [--kills 10]`: questions to a server that
 * fails in a fifth of its calls and in storms; then runs of the program against it that are killed
 * with SIGKILL. Each question ends once, the server delivers nothing twice but what was under way
 * at a kill, and no limit in money is passed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256 } from '../../services/runtime/ids.ts';
import { startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { seededRandom } from '../simulation/random.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { smallOutput, writeByteTokenizer } from '../simulation/run-graph.ts';
import { playLedger } from '../simulation/teacher-ledger.ts';
import { differences, outputHashes } from './compare-outputs.ts';
import { runBackstory, signalGroup, startBackstory } from './start-backstory.ts';

export async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      questions: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      kills: { type: 'string', default: '10' },
    },
  });
  const questions = Number(values.questions);
  const started = performance.now();
  const played = await playLedger(questions, Number(values.seed));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log({ ...played, ends: Object.fromEntries(played.ends), seconds });
  const ended = [...played.ends.values()].reduce((sum, count) => sum + count, 0);
  const { told, delivered, billed, booked, paidTwice } = played;
  const exact = told.calls === delivered && told.microDollars === billed && booked >= billed;
  const ledger = ended === questions && paidTwice === 0 && exact;
  return (await killed(Number(values.kills), Number(values.seed))) && ledger;
}

/** The stages' own concurrency: eight candidates of four files, four thoughts, four plans. */
const callsAtOnce = 16;

/** Milliseconds that the server thinks about each answer, so that kills find calls under way. */
const delayMs = 40;

async function killed(kills: number, seed: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-teacher-soak-'));
  const random = seededRandom(seed);
  const delivered = new Map<string, number>();
  /** Answers until the running process is killed. */
  let left = Number.POSITIVE_INFINITY;
  let kill = () => {};
  const server = await startFakeOpenAi({
    delayMs,
    onDelivered: (messages) => {
      const key = sha256(JSON.stringify(messages));
      delivered.set(key, (delivered.get(key) ?? 0) + 1);
      left -= 1;
      if (left === 0) kill();
    },
  });
  const tokenizer = writeByteTokenizer(folder);
  const sources = writeRepositories(join(folder, 'sources'));
  const knobs = [
    ...['teacher.model=fake-model', `teacher.baseUrl=${server.baseUrl}`, ...smallOutput],
    ...[`sink.tokenizer=${tokenizer}`],
  ].flatMap((knob) => ['--set', knob]);
  const line = (out: string) => [
    ...['run', ...sources, '--teacher', 'openai', '--quiet', '--out', join(folder, out), ...knobs],
  ];
  try {
    const whole = await runBackstory(line('whole'));
    if (whole.code !== 0) throw new Error(whole.output);
    const expected = outputHashes(join(folder, 'whole'));
    const wanted = delivered.size;
    delivered.clear();
    let landed = 0;
    let again = 0;
    const unequal: string[] = [];
    for (let output = 0; landed < kills; output += 1) {
      delivered.clear();
      const name = `killed-${output}`;
      for (;;) {
        // Answers, and not time, so that kills land among calls however fast the machine is.
        left = landed < kills ? 1 + random.below(wanted / 3) : Number.POSITIVE_INFINITY;
        const { child, finished } = startBackstory(line(name));
        kill = () => void signalGroup(child, 'SIGKILL');
        const { code, output: said } = await finished;
        if (code === 0) break;
        if (code !== null) throw new Error(said);
        landed += 1;
      }
      again += [...delivered.values()].reduce((sum, times) => sum + times, 0) - wanted;
      unequal.push(...differences(expected, outputHashes(join(folder, name))));
    }
    console.log({ kills: landed, callsOfRun: wanted, again, unequal });
    return again <= landed * callsAtOnce && unequal.length === 0;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
