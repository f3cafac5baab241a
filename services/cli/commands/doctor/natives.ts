/** The doctor's checks of native packages: each parses or tokenizes something small for real. */
import type { ExtractKnobs } from '../../../stages/extract/config.ts';
import { openExtractor } from '../../../stages/extract/extractor.ts';
import type { SinkKnobs } from '../../../stages/sink/config.ts';
import { openTokenizer } from '../../../stages/sink/tokens/tokenizer.ts';
import type { Finding } from './finding.ts';

/** One definition per parsed language; a child process must find each. */
const probes: readonly { readonly path: string; readonly text: string }[] = [
  { path: 'probe.py', text: 'def probe():\n    return 1\n' },
  { path: 'probe.ts', text: 'export function probe(): number {\n  return 1;\n}\n' },
  { path: 'probe.js', text: 'export function probe() {\n  return 1;\n}\n' },
  { path: 'probe.go', text: 'package probe\n\nfunc Probe() int {\n\treturn 1\n}\n' },
  { path: 'Probe.java', text: 'class Probe {\n  int probe() { return 1; }\n}\n' },
  { path: 'probe.rs', text: 'pub fn probe() -> i32 {\n    1\n}\n' },
  { path: 'probe.c', text: 'int probe(void) {\n  return 1;\n}\n' },
  { path: 'probe.cpp', text: 'class Probe {\n  int probe() { return 1; }\n};\n' },
];

const reinstall = 'run `npm ci` again in the backstory folder';

export async function checkParsers(
  configuration: ExtractKnobs,
  signal: AbortSignal,
): Promise<Omit<Finding, 'name'>> {
  const extractor = openExtractor(configuration);
  try {
    const { files } = await extractor.extract(probes, signal);
    const mute = files
      .filter((file) => file.note !== null || file.symbols.length === 0)
      .map((file) => file.language);
    const languages = files.map((file) => file.language).sort();
    const problem = mute.length === 0 ? null : `no parser for ${mute.join(', ')}: ${reinstall}`;
    return { detail: `child process parses ${languages.join(', ')}`, problem };
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
