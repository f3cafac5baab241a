/**
 * `npm run cluster -- up|down|status|install [FLAGS]`: the real servers of the cluster runtime as
 * local processes, without containers. Everything they write lies below one folder.
 */
import { PipelineError } from '../services/runtime/errors.ts';
import { type ClusterStatus, down, install, status, up } from './cluster/cluster.ts';
import { describeSettings, settingsFrom } from './cluster/settings.ts';
import { portsOf } from './cluster/state.ts';

const usage = `usage: npm run cluster -- up|down|status|install [FLAGS] [--json]
       backstory-cluster up|down|status|install …      where the package is installed

  up        starts what is not running and waits until all answer
  down      stops all of them; the data stays
  status    where they listen and whether they answer; exit 1 when one does not
  install   checks the tools and fetches the jars, as up does when it needs them

  flag                    variable                        default     meaning
${describeSettings().join('\n')}

Parts: kafka, registry, redis; objects (an S3-compatible store) only when it is named.
Port 0 takes a free one; a folder keeps its ports until others are named. Addresses and process ids are
in FOLDER/cluster.json, logs beside it. backstory finds them in ./.cluster; with another folder, name the
servers by kafka.brokers, schemaRegistry.url and redis.url.`;

function print(servers: ClusterStatus, json: boolean): void {
  if (json) {
    console.log(JSON.stringify(servers, null, 2));
    return;
  }
  const entries = Object.entries(servers);
  if (entries.length === 0) console.log('no servers here; npm run cluster -- up');
  for (const [name, { running, ready, address, pid, log }] of entries) {
    const answering = ready ? 'ready' : 'not answering';
    const state = running ? answering : 'down';
    console.log(`${name.padEnd(10)}${state.padEnd(15)}${address.padEnd(44)}pid ${pid}  ${log}`);
  }
}

async function main(): Promise<number> {
  const [verb = 'help', ...flags] = process.argv.slice(2);
  if (verb === 'help' || verb === '--help') {
    console.log(usage);
    return 0;
  }
  const { settings, json } = settingsFrom(flags, process.env, portsOf);
  if (verb === 'install') {
    await install(settings.parts);
    return 0;
  }
  if (verb === 'up') await up(settings);
  else if (verb === 'down') await down(settings.folder);
  else if (verb !== 'status') {
    throw new PipelineError('USAGE', `no such verb: ${verb}\n${usage}`);
  }
  const servers = await status(settings.folder);
  print(servers, json);
  const asked = settings.parts.map((part) => servers[part]?.ready === true);
  return verb === 'down' || asked.every((ready) => ready) ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(`error ${error.code}: ${error.message}`);
  process.exitCode = 2;
}
