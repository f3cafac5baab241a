/**
 * `npm run soak -- tokenize [--only NAME] [--megabytes 50] [--strings 100000] [--seed 1]
 * [FOLDER]`: for six real vocabularies, and some of these with added tokens that are text, ids of
 * source text in many languages and of adversarial strings must be those of Hugging Face's library.
 * FOLDERs are searched for sources, by default this checkout; ten languages with a fair share each
 * are what `node scripts/bench/corpora/fetch-sources.ts FOLDER` fetches.
 */
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { sourceCorpus } from '../../scripts/bench/corpora/source-corpus.ts';
import { adversarial, indented } from '../services/stages/sink/tokens/bpe/adversarial.ts';
import {
  differing,
  extendedNames,
  openBoth,
  vocabularyNames,
} from '../services/stages/sink/tokens/bpe/vocabularies.ts';

const textsAtOnce = 200;

export async function run(args: string[]): Promise<boolean> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string', default: '' },
      megabytes: { type: 'string', default: '50' },
      strings: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
    },
  });
  const folders =
    positionals.length > 0 ? positionals : [new URL('../..', import.meta.url).pathname];
  const { texts, bytes, bytesOf } = sourceCorpus(folders, Number(values.megabytes) * 1e6);
  for (const [language, size] of bytesOf) console.log(`${language}: ${(size / 1e6).toFixed(1)} MB`);
  const numRuns = Number(values.strings);
  const strings = fc.sample(fc.oneof(adversarial, indented), {
    numRuns,
    seed: Number(values.seed),
  });
  let broken = 0;
  const names = [...vocabularyNames, ...extendedNames];
  for (const name of names.filter((each) => each.includes(values.only))) {
    const both = await openBoth(name);
    const found: string[] = [];
    for (const list of [texts, strings]) {
      for (let at = 0; at < list.length; at += textsAtOnce) {
        found.push(...(await differing(both, list.slice(at, at + textsAtOnce))));
      }
    }
    const first = found[0] === undefined ? '' : `, first ${JSON.stringify(found[0].slice(0, 200))}`;
    console.log(
      `${name}: ${texts.length} files, ${(bytes / 1e6).toFixed(1)} MB, ${strings.length} strings:` +
        ` ${found.length} differences${first}`,
    );
    broken += found.length;
  }
  return broken === 0;
}
