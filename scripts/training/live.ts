/**
 * `npm run live -- [--to FOLDER] [SOURCE…]`: the whole stream at once, on this machine: servers,
 * the program on a list of sources that grows, and the trainer that follows its shards. Trainer and
 * program are killed while the list grows, and go on. At the end every pack must have been trained
 * exactly once, in order.
 */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeFolder } from '../../services/runtime/store/make-folder.ts';
import { byteTokenizerFile } from '../../test/samples/inputs/byte-tokenizer.ts';
import { pythonWithTorch } from '../../test/samples/installed/python-environment.ts';
import { down, startCluster } from '../cluster/cluster.ts';
import { endAll, failed, root } from './children.ts';
import { LiveRun } from './live-run.ts';
import { timed } from './timed.ts';

const usage = `usage: npm run live -- [--to FOLDER] [SOURCE…]

  SOURCE  four folders or more, one repository each; all but the first come while the trainer runs
          (default: five small parts of this checkout)
  --to    a new folder for servers, data, checkpoints and logs (default: backstory-live)`;

/** Small enough that each becomes data, and is trained on, in half a minute. */
const parts = [
  'services/runtime/memo',
  'services/scorer/http',
  'services/dataset/template',
  'schemas/languages',
  'services/runtime/config',
];
/** Trainer and program are killed in turn, with each source but the first and the last. */
const sourcesMin = 4;
const ports = { kafkaPort: 0, kafkaControllerPort: 0, registryPort: 0 };

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      to: { type: 'string', default: 'backstory-live' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const named = positionals.length > 0 ? positionals : parts.map((part) => join(root, part));
  const sources = named.map((source) => resolve(source));
  const stranger = sources.find((source) => !existsSync(source) || !statSync(source).isDirectory());
  if (stranger !== undefined) throw new Error(`${stranger} is no folder`);
  if (sources.length < sourcesMin) {
    throw new Error(
      `with ${sources.length} sources not both are killed; name ${sourcesMin} or more`,
    );
  }
  const to = resolve(values.to);
  if (existsSync(to)) throw new Error(`${to} is there already; remove it, or name another by --to`);
  const python = await timed('environment (PyTorch and transformers: 5 GB once)', pythonWithTorch);
  makeFolder(to, 'name another folder with --to');
  const tokenizer = join(to, 'bytes.json');
  writeFileSync(tokenizer, byteTokenizerFile());
  const servers = join(to, 'servers');
  try {
    const cluster = await timed('servers: Kafka and its schema registry', () =>
      startCluster({ ...ports, folder: servers, parts: ['kafka', 'registry'] }),
    );
    const addresses = {
      BACKSTORY_KAFKA_BROKERS: cluster.address('kafka'),
      BACKSTORY_SCHEMA_REGISTRY_URL: cluster.address('registry'),
    };
    const run = new LiveRun({ to, sources, tokenizer, python, addresses });
    await timed(`data and training at once: ${sources.length} sources`, () => run.run());
    await timed('every shard verified', () => run.verify());
  } finally {
    await endAll();
    // Also what was started before another of them failed.
    await down(servers);
  }
}

try {
  await main();
} catch (error) {
  process.exitCode = failed(error as Error);
}
