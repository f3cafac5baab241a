/** The doctor's checks of native packages: each one really parses or tokenizes a small text. */
import { parsedRows } from '../../../../schemas/languages/languages.ts';
import type { ExtractKnobs } from '../../../stages/extract/config.ts';
import { openExtractor } from '../../../stages/extract/extractor.ts';
import type { SinkKnobs } from '../../../stages/sink/config.ts';
import { openTokenizer } from '../../../stages/sink/tokens/tokenizer.ts';
import type { Finding } from './finding.ts';

const reinstall = 'run `npm ci` (in a checkout) or `npm install` (of the package) again';

/** A child process must find the definition of every parsed language's probe. */
export async function checkParsers(
  configuration: ExtractKnobs,
  signal: AbortSignal,
): Promise<Omit<Finding, 'name'>> {
  const extractor = openExtractor(configuration);
  try {
    const probes = parsedRows.map(({ probe }) => probe);
    const { files } = await extractor.extract(probes, signal);
    const finds = ({ note, symbols }: (typeof files)[number]) =>
      note === null && symbols.length > 0;
    const heard = new Set(files.filter(finds).map(({ language }) => language));
    const names = parsedRows.map(({ name }) => name).sort();
    const mute = names.filter((name) => !heard.has(name));
    const problem = mute.length === 0 ? null : `no parser for ${mute.join(', ')}: ${reinstall}`;
    return { detail: `child process parses ${[...heard].sort().join(', ')}`, problem };
  } finally {
    await extractor.close();
  }
}

export async function checkTokenizer(configuration: SinkKnobs): Promise<Omit<Finding, 'name'>> {
  const tokenizer = await openTokenizer(configuration.tokenizer, configuration.endOfText);
  const text = 'def greet(name):\n\treturn f"héllo {name}"\n';
  const [ids = new Uint32Array()] = await tokenizer.encode([text]);
  const same = tokenizer.decode(ids).toString('utf8') === text;
  const detail = `${tokenizer.name}, fingerprint ${tokenizer.fingerprint.slice(0, 12)}`;
  return { detail, problem: same ? null : `text does not survive a round trip: ${reinstall}` };
}
