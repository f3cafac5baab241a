/**
 * `npm run soak -- knobs [KNOB…]`: runs a repository once per knob with another value of it, and
 * fails for a knob that changes nothing: neither the output, nor what is told, nor a prompt. It
 * fails, too, for a knob that `knobs/changes.ts` does not have.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PipelineError } from '../../services/runtime/errors.ts';
import { sha256 } from '../../services/runtime/ids.ts';
import { writeFiles } from '../samples/write-files.ts';
import { type FakeOpenAi, startFakeOpenAi } from '../services/teacher/fake-openai-server.ts';
import { writeRepositories } from '../simulation/repositories.ts';
import { runGraph, writeByteTokenizer } from '../simulation/run-graph.ts';
import { outputHashes } from './compare-outputs.ts';
import { changes } from './knobs/changes.ts';
import { moreFiles } from './knobs/repository.ts';
import { tellingKnobs } from './knobs/telling.ts';

export async function run(names: string[]): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'backstory-knobs-'));
  const server = await startFakeOpenAi({ model: 'fake-model' });
  try {
    const bench = openBench(folder, server);
    const idle: string[] = [];
    const unlisted = tellingKnobs().filter((knob) => !(knob in changes));
    for (const knob of unlisted) console.log(`UNLISTED   ${knob}`);
    for (const [knob, entry] of Object.entries(changes)) {
      if ('excuse' in entry || (names.length > 0 && !names.includes(knob))) continue;
      const [own = '', ...others] = entry.sets;
      const changed = (await bench(others)) !== (await bench([own, ...others]));
      console.log(`${changed ? 'changes' : 'NO EFFECT'}  ${entry.sets.join(' ')}`);
      if (!changed) idle.push(knob);
    }
    console.log(idle.length === 0 ? 'every knob has an effect' : `no effect: ${idle.join(' ')}`);
    return idle.length === 0 && unlisted.length === 0;
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Returns a function that runs with settings and returns a hash of all that came of it. */
function openBench(folder: string, server: FakeOpenAi) {
  const sources = writeRepositories(join(folder, 'sources'));
  const [first = ''] = sources;
  writeFiles(first, moreFiles);
  const bytes = writeByteTokenizer(folder);
  const known = new Map<string, Promise<string>>();
  let runs = 0;
  const measure = async (sets: readonly string[]): Promise<string> => {
    const outputFolder = join(folder, `out-${runs++}`);
    const asked = server.requests.length;
    const tokenizer = sets.includes('sink.tokenizer=') ? '' : bytes;
    const models = ['teacher.kind=openai', `teacher.baseUrl=${server.baseUrl}`];
    const all = [...models, 'teacher.model=fake-model', ...sets];
    let told: unknown;
    try {
      const graph = { outputFolder, sources, tokenizer };
      const { wallMs: _1, stageBusyMs: _2, ...summary } = await runGraph({ ...graph, sets: all });
      told = [summary, [...outputHashes(outputFolder)]];
    } catch (error) {
      // A refusal is an effect, too, but not that of a value which the knob does not have.
      if (error instanceof PipelineError && error.code === 'CONFIG_INVALID') throw error;
      told = String(error).replaceAll(outputFolder, '');
    }
    const prompts = server.requests.slice(asked).map(({ body }) => JSON.stringify(body));
    rmSync(outputFolder, { recursive: true, force: true });
    return sha256(JSON.stringify([told, prompts.sort()]));
  };
  return (sets: readonly string[]): Promise<string> => {
    const key = sets.join(' ');
    const result = known.get(key) ?? measure(sets);
    known.set(key, result);
    return result;
  };
}
