/** The commands of a cluster, their options and their help. */
import { type Command, Option } from 'commander';
import { runtimeKnobs } from '../runtime/config/knobs.ts';
import { type CommandContext, defaultOutput } from './context.ts';
import type { ExitCode } from './failures.ts';
import { withConfiguration } from './with-configuration.ts';
import { withModels } from './with-models.ts';

type End = (code: ExitCode) => void;

export function addClusterCommands(program: Command, context: CommandContext, end: End): void {
  addServe(program, context, end);
  addTopics(program, context, end);
  withDataset(
    program
      .command('add')
      .description('give a live data set more sources, while it runs')
      .argument('<source...>', 'as for run; paths as its discover process sees them'),
  ).action(async (sources, options) => {
    const { addCommand } = await import('./commands/operate/add.ts');
    end(await addCommand(context, sources, options));
  });
  withDataset(
    program
      .command('lag')
      .description('show how far behind every stage of a cluster is')
      .option('--partitions', 'show every partition')
      .option('--json', 'print JSON'),
  )
    .action(async (options) => {
      const { lagCommand } = await import('./commands/operate/lag.ts');
      end(await lagCommand(context, options));
    })
    .addHelpText(
      'after',
      `
records      in the topics that the stage reads
committed    records before the commit: all are done and are not read again
done above   records done out of order, after the first one that is not done
unfinished   records that wait, or that a process works on
gone         records that were deleted before they were done: LOG_TRUNCATED
A bounded data set that is complete shows 1 unfinished at the sink: the record that closed the
input, which a restart reads again.`,
    );
  for (const verb of ['pause', 'resume'] as const) {
    withDataset(
      program
        .command(verb)
        .description(`${verb} stages of a running cluster`)
        .argument('<stage...>', 'stages, or all'),
    ).action(async (names, options) => {
      const { pauseCommand } = await import('./commands/operate/pause.ts');
      end(await pauseCommand(context, names, verb === 'pause', options));
    });
  }
  addDlq(program, context, end);
  addReplay(program, context, end);
}

/** Options of every command that talks to the servers of a data set. */
function withDataset(command: Command): Command {
  return withConfiguration(
    command.option('--dataset <name>', 'data set whose topics are meant (default: default)'),
  );
}

function addServe(program: Command, context: CommandContext, end: End): void {
  withDataset(
    withModels(
      program
        .command('serve')
        .description('serve stages of a data set on Kafka, as one process of a cluster')
        .argument('<stage...>', 'stages, or all; then the sources, where discover is one of them')
        .option('--out <folder>', 'shared by all processes: blobs, memo, shards', defaultOutput)
        .option('--state <folder>', "this process's own notes (default: OUT/state/STAGES)")
        .option('--bounded', 'end when the input ends; give it to all processes of the data set')
        .option('--quiet', 'print errors and the log only'),
    ),
  )
    .action(async (parameters, options) => {
      const { serveCommand } = await import('./commands/serve.ts');
      end(await serveCommand(context, parameters, options));
    })
    .addHelpText(
      'after',
      `
Servers are named by kafka.brokers, schemaRegistry.url and redis.url, or found in
./.cluster/cluster.json, which \`npm run cluster -- up\` writes (\`backstory-cluster up\` of an
installed package). Once per data set:
  backstory topics apply --dataset NAME
Then one process per stage, or several:
  backstory serve discover ./repository --dataset NAME --out /shared/NAME
  backstory serve sink --dataset NAME --out /shared/NAME --set runtime.metricsPort=9464
If the broker needs it: --set kafka.tls=true (and kafka.tlsAuthorityFile), --set kafka.sasl=plain
or scram-sha-256 or scram-sha-512 with KAFKA_USERNAME and KAFKA_PASSWORD. The registry's log-in is
REGISTRY_USERNAME and REGISTRY_PASSWORD, that of Redis is REDIS_PASSWORD.
SIGTERM finishes the records in work (runtime.drainMs); a second one ends at once.`,
    );
}

function addTopics(program: Command, context: CommandContext, end: End): void {
  const topics = program.command('topics').description('the topics and stages of the graph');
  topics
    .command('graph')
    .description('print the graph as a Mermaid diagram')
    .option('--json', 'print stages and topics as JSON')
    .action(async (options) => {
      const { topicsGraphCommand } = await import('./commands/topics.ts');
      end(topicsGraphCommand(context, options));
    });
  withDataset(
    topics
      .command('plan')
      .description('show what broker and registry of a data set lack, or have with other settings')
      .option('--json', 'print JSON'),
  ).action(async (options) => {
    const { topicsPlanCommand } = await import('./commands/topics-apply.ts');
    end(await topicsPlanCommand(context, options));
  });
  withDataset(
    topics
      .command('apply')
      .description('create topics and register schemas of a data set; set retention and compaction')
      .option('--json', 'print JSON'),
  ).action(async (options) => {
    const { topicsApplyCommand } = await import('./commands/topics-apply.ts');
    end(await topicsApplyCommand(context, options));
  });
}

function addDlq(program: Command, context: CommandContext, end: End): void {
  const dlq = program.command('dlq').description('the dead letters of a data set');
  withDataset(
    dlq
      .command('list')
      .description('list records that no stage could handle, and why')
      .option('--all', 'also those that were retried or dropped')
      .option('--json', 'print JSON'),
  ).action(async (options) => {
    const { dlqListCommand } = await import('./commands/dlq.ts');
    end(await dlqListCommand(context, options));
  });
  withDataset(
    dlq
      .command('show')
      .description('show a dead letter with its record')
      .argument('<id>', 'its id, or the beginning of its id'),
  ).action(async (id, options) => {
    const { dlqShowCommand } = await import('./commands/dlq.ts');
    end(await dlqShowCommand(context, id, options));
  });
  withDataset(
    dlq
      .command('retry')
      .description('put records about a repository back into their topic, in a live data set')
      .argument('<id...>', 'ids, or their beginnings')
      .option('--mended', 'retry even after three retries: the cause is gone now'),
  ).action(async (ids, options) => {
    const { dlqRetryCommand } = await import('./commands/dlq.ts');
    end(await dlqRetryCommand(context, ids, options));
  });
  withDataset(
    dlq
      .command('drop')
      .description('mark dead letters as settled; nothing is deleted')
      .argument('<id...>', 'ids, or their beginnings'),
  ).action(async (ids, options) => {
    const { dlqDropCommand } = await import('./commands/dlq.ts');
    end(await dlqDropCommand(context, ids, options));
  });
}

function addReplay(program: Command, context: CommandContext, end: End): void {
  const modes = runtimeKnobs.shape.memo.unwrap().options;
  withDataset(
    withModels(
      program
        .command('replay')
        .description(
          'run a stage and those after it again, from an earlier data set into a new one',
        )
        .requiredOption('--from <stage>', 'first stage to run again')
        .requiredOption('--of <name>', 'the earlier data set, complete up to the first stage')
        .requiredOption('--of-out <folder>', 'its output, for blobs and answers of the models')
        .requiredOption('--out <folder>', 'the output of the new data set')
        .option('--state <folder>', "this process's own notes (default: OUT/state/STAGES)")
        .option('--follow', 'follow the earlier data set as it grows, and end when it ends')
        .option('--quiet', 'print errors and the log only')
        .addOption(new Option('--memo <mode>', 'how to use stored answers').choices(modes)),
    ),
  ).action(async (options) => {
    const { replayCommand } = await import('./commands/replay.ts');
    end(await replayCommand(context, options));
  });
}
