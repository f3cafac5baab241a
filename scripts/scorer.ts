/**
 * `npm run scorer -- --model DIR|NAME|tiny [options]`: makes the locked environment (5 GB, once),
 * starts the scorer service and prints what to set. `tiny` is a small model that is trained first
 * on the text of this repository. Ctrl-C ends it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pythonWithLocked } from '../test/samples/installed/python-environment.ts';
import { startScorerService } from './scorer/run-scorer.ts';
import { tinyModel } from './tiny-model/tiny-model.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const requirements = join(root, 'services/scorer/gpu/requirements.txt');

async function main(parameters: string[]): Promise<void> {
  if (!parameters.some((each) => each === '--model' || each.startsWith('--model='))) {
    console.error('usage: npm run scorer -- --model DIR|NAME|tiny [--device cuda:0 --port 8000 …]');
    process.exitCode = 2;
    return;
  }
  console.log('making the environment, if it is not there yet …');
  const python = await pythonWithLocked('scorer', [requirements]);
  const at = parameters.indexOf('--model') + 1;
  if (at > 0 && parameters[at] === 'tiny') parameters[at] = await tinyModel('tiny', python);
  console.log('loading the model …');
  const service = await startScorerService(python, parameters);
  console.log(`the scorer listens at ${service.url}; set\n`);
  console.log('  export BACKSTORY_SCORER_KIND=backstory');
  console.log(`  export BACKSTORY_SCORER_URL=${service.url}`);
  console.log(`  export BACKSTORY_SCORER_MODEL=${service.model}\n`);
  const key = process.env.BACKSTORY_SCORER_API_KEY;
  if (key !== undefined && key !== '') console.log('and the same BACKSTORY_SCORER_API_KEY.');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void service.stop('SIGTERM'));
  }
  const code = await service.ended;
  process.exitCode = typeof code === 'number' ? code : 1;
}

await main(process.argv.slice(2));
