/** The commands, their options and their help. Each command itself has its own file. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { formatNames } from '../export/formats.ts';
import { PipelineError } from '../runtime/errors.ts';
import { addClusterCommands } from './cluster-program.ts';
import { type Shell, shells } from './completion/shells.ts';
import { type CommandContext, defaultOutput } from './context.ts';
import { addExamples } from './examples.ts';
import { type ExitCode, exitCodeHelp, exitCodes, reportFailure } from './failures.ts';
import { collect, withConfiguration } from './with-configuration.ts';
import { withModels } from './with-models.ts';

/** Runs one command line to its exit code; never throws. */
export async function runCommandLine(
  argv: readonly string[],
  context: CommandContext,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.fine;
  const program = createProgram(context, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    // Exit code 0: help or version was requested and shown. `commander.help`: no command was given.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.fine;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      return exitCodes.environment;
    }
    const json = argv.includes('--json');
    return reportFailure(asUsageError(error), context, json);
  }
}

/** Turns Commander's errors into USAGE errors. */
function asUsageError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  const message = error.message.replace(/^error: /, '');
  return new PipelineError('USAGE', `${message}\n\`backstory --help\` shows how it is used`);
}

/** All commands and options; parsing runs one. */
export function createProgram(context: CommandContext, end: (code: ExitCode) => void): Command {
  const program = new Command('backstory')
    .description(
      'Turns source repositories into development trajectories (plan, read, think, write) for continued pretraining: tokenized, loss-masked shards that say where each token is from.',
    )
    .version(manifest.version, '-V, --version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.stream.write(text),
      writeErr: (text) => context.err.stream.write(text),
      outputError: () => {},
    })
    .addHelpText('after', `\n${examples}\n\n${exitCodeHelp}`);
  addRun(program, context, end);
  addMoney(program, context, end);
  addReaders(program, context, end);
  addUi(program, context, end);
  addProvenance(program, context, end);
  addSetUp(program, context, end);
  addClusterCommands(program, context, end);
  addExamples(program);
  return program;
}

const examples = `Examples:
  backstory run .                               this folder, without key, GPU or server
  backstory run flask.tar.gz express.tgz        archives of any kind
  backstory run @list.txt --out data            one source per line
  backstory run github:pallets/flask@3.0.3      from GitHub, at a branch, tag or commit
  backstory run https://HOST/GROUP/NAME.git#v1  from any server of git (gitlab: is short for gitlab.com)
  backstory verify data && backstory inspect data
  backstory run . --teacher openai --set teacher.baseUrl=http://localhost:8000/v1 \\
                  --set teacher.model=NAME      your own model endpoint

The default teacher \`grounded\` is rules, not a language model, and the default scorer
\`bytes\` has no trained weights: they make every step real and testable. For data to
train on bring a model endpoint. \`backstory config\` lists every knob.`;

function addRun(program: Command, context: CommandContext, end: (code: ExitCode) => void): void {
  const command = program
    .command('run')
    .description('turn repositories into shards on this machine')
    .argument(
      '<source...>',
      'folder, .tar .tar.gz .tgz .zip, github:OWNER/NAME[@REF], github-search:QUERY, gharchive:FOLDER, an address of git (https://HOST/NAME[#REF]), or @list.txt with one per line',
    )
    .option('--out <folder>', 'where shards, manifest and log go', defaultOutput)
    .option('--limit <count>', 'take only the first repositories')
    .option('--resume', 'fail if there is no run to resume (an existing one is always resumed)')
    .option('--quiet', 'print errors only')
    .option('--json', 'print the summary as JSON');
  withConfiguration(withModels(command))
    .action(async (sources, options) => {
      const { runCommand } = await import('./commands/run.ts');
      end(await runCommand(context, sources, options));
    })
    .addHelpText(
      'after',
      '\nKeys come from BACKSTORY_TEACHER_API_KEY (for OpenAI’s own address also OPENAI_API_KEY)\nand BACKSTORY_SCORER_API_KEY; tokens of GitHub from BACKSTORY_GITHUB_TOKEN (several with\ncommas) or GITHUB_TOKEN. Behind a proxy set NODE_USE_ENV_PROXY=1.\nTraces go where OTEL_EXPORTER_OTLP_ENDPOINT says, and nowhere without it.\nStop with Ctrl-C: finished work is kept, and the same command goes on.',
    );
}

/** What a run would cost, and answers at the price of a batch. */
function addMoney(program: Command, context: CommandContext, end: (code: ExitCode) => void): void {
  const estimate = program
    .command('estimate')
    .description('say what a run would ask and cost, without a call')
    .argument('<source...>', 'as for run')
    .option('--limit <count>', 'take only the first repositories')
    .option(
      '--tokens-per-second <count>',
      'how fast the model writes one answer (default: 50)',
      readSpeed,
    )
    .option(
      '--reasoning-tokens <count>',
      'tokens of reasoning that it writes before each answer (default: none)',
      (text) => (text === '0' ? 0 : readCount(text)),
    )
    .option('--json', 'print JSON');
  withConfiguration(withModels(estimate)).action(async (sources, options) => {
    const { estimateCommand } = await import('./commands/estimate.ts');
    end(await estimateCommand(context, sources, options));
  });
  const batch = program
    .command('batch')
    .description('get the answers of a run from batches of the endpoint, at their price');
  const addStep = (command: Command) =>
    withConfiguration(withModels(command))
      .option('--out <folder>', 'the output of the run', defaultOutput)
      .option('--json', 'print JSON');
  addStep(
    batch
      .command('gather')
      .description('write down what the run would ask and the memo lacks')
      .argument('<source...>', 'as for run')
      .option('--limit <count>', 'take only the first repositories'),
  ).action(async (sources, options) => {
    const { gatherCommand } = await import('./commands/batch.ts');
    end(await gatherCommand(context, sources, options));
  });
  addStep(batch.command('send').description('send what is gathered, each request once')).action(
    async (options) => {
      const { sendCommand } = await import('./commands/batch.ts');
      end(await sendCommand(context, options));
    },
  );
  addStep(
    batch
      .command('collect')
      .description('fetch what the batches have brought')
      .option('--give-up <batch>', 'send the requests of a batch again whose results are gone'),
  ).action(async (options) => {
    const { collectCommand } = await import('./commands/batch.ts');
    end(await collectCommand(context, options));
  });
}

function addReaders(
  program: Command,
  context: CommandContext,
  end: (code: ExitCode) => void,
): void {
  withConfiguration(
    program
      .command('verify')
      .description('rebuild every file from the tokens and check every mask and hash')
      .argument('<out>', 'output folder of a run')
      .option('--quiet', 'print errors only')
      .option('--json', 'print the report as JSON'),
  ).action(async (out, options) => {
    const { verifyCommand } = await import('./commands/verify.ts');
    end(await verifyCommand(context, out, options));
  });
  withConfiguration(
    program
      .command('inspect')
      .description('list the samples of an output, or read one step by step')
      .argument('<out>', 'output folder of a run')
      .argument('[sample]', 'id or repository name, or the beginning of one')
      .option('--full', 'do not shorten')
      .option('--file <path>', 'only the steps of this file')
      .option('--json', 'print JSON'),
  ).action(async (out, id, options) => {
    const { inspectCommand } = await import('./commands/inspect.ts');
    end(await inspectCommand(context, out, id, options));
  });
  withConfiguration(
    program
      .command('report')
      .description('say how good the thoughts of an output are: numbers and whole examples')
      .argument('<out>', 'output folder of a run, finished or growing')
      .option('--html <file>', 'also write one page with whole examples')
      .option('--json', 'print JSON'),
  ).action(async (out, options) => {
    const { reportCommand } = await import('./commands/report/report.ts');
    end(await reportCommand(context, out, options));
  });
  withConfiguration(
    program
      .command('export')
      .description('write the shards in a form that other loaders read, with a data set card')
      .argument('<out>', 'output folder of a run')
      .addOption(
        new Option('--format <name>', 'the form').choices(formatNames).makeOptionMandatory(),
      )
      .option('--to <folder>', 'where it goes (default: OUT/export/FORMAT)')
      .addOption(
        new Option('--compression <kind>', 'of shards and rows')
          .choices(['none', 'zstd'])
          .default('none'),
      )
      .option('--json', 'print the report as JSON'),
  ).action(async (out, options) => {
    const { exportCommand } = await import('./commands/export.ts');
    end(await exportCommand(context, out, options));
  });
  addStructure(program, context, end);
}

function addStructure(
  program: Command,
  context: CommandContext,
  end: (code: ExitCode) => void,
): void {
  withConfiguration(
    program
      .command('structure')
      .description('show files, symbols, dependencies and writing order of a folder or archive')
      .argument('<source>', 'folder or archive')
      .option('--json', 'print JSON')
      .option('--outline <path>', 'print only what this file defines')
      .option('--tokens <count>', 'tokens of the outline', readCount, 2000)
      .option('--map <tokens>', 'print only a map of the repository of this size', readCount),
  ).action(async (source, options) => {
    const { structureCommand } = await import('./commands/structure.ts');
    end(await structureCommand(context, source, options));
  });
}

/** Where data are from, and whether they may be given away. */
function addProvenance(
  program: Command,
  context: CommandContext,
  end: (code: ExitCode) => void,
): void {
  withConfiguration(
    program
      .command('why')
      .description('say where something in a data set came from, or why it is not there')
      .argument('<out>', 'output folder of a run, finished or growing')
      .argument('<asked>', 'sample id, repository, REPOSITORY:PATH[:LINE], or a path alone')
      .option('--json', 'print JSON'),
  ).action(async (out, asked, options) => {
    const { whyCommand } = await import('./commands/provenance/why.ts');
    end(await whyCommand(context, out, asked, options));
  });
  withConfiguration(
    program
      .command('attribution')
      .description('write the notice file: licences, copyright lines and texts of all repositories')
      .argument('<out>', 'output folder of a run, finished or growing')
      .option('--out <file>', 'where it goes (default: it is printed)')
      .option('--json', 'print JSON'),
  ).action(async (out, options) => {
    const { attributionCommand } = await import('./commands/provenance/attribution.ts');
    end(await attributionCommand(context, out, options));
  });
  addRelease(program, context, end);
  const optOut = program
    .command('opt-out')
    .description('take repositories out of a data set, now and for what will still come');
  withConfiguration(
    optOut
      .command('apply')
      .description('apply a list of OWNER/NAME, OWNER/*, NAME or *, each perhaps with :PATTERN')
      .argument('<list>', 'file with one rule per line, # for comments')
      .argument('<out>', 'output folder of a run, finished or growing')
      .option('--dry-run', 'say what would leave, and change nothing')
      .option(
        '--erase',
        'also erase their blobs and records; the ended run then takes no more sources',
      )
      .option('--json', 'print JSON'),
  ).action(async (list, out, options) => {
    const { optOutCommand } = await import('./commands/provenance/opt-out.ts');
    end(await optOutCommand(context, list, out, options));
  });
}

function addRelease(
  program: Command,
  context: CommandContext,
  end: (code: ExitCode) => void,
): void {
  const release = program
    .command('release')
    .description('say whether a data set may be published, and what is missing')
    .argument('<out>', 'output folder of a run')
    .option('--export <folder>', 'what is to be published (default: the only one in OUT/export)')
    .option('--opt-outs <list>', 'the list of opt-outs that must be applied')
    .option('--licences <names>', 'SPDX identifiers to allow beside the permissive ones')
    .option('--accept <checks>', 'checks that you answer for although something is missing')
    .option('--json', 'print JSON');
  withConfiguration(withModels(release)).action(async (out, options) => {
    const { releaseCommand } = await import('./commands/provenance/release.ts');
    end(await releaseCommand(context, out, options));
  });
}

function addUi(program: Command, context: CommandContext, end: (code: ExitCode) => void): void {
  withConfiguration(
    program
      .command('ui')
      .description('show outputs in a browser: data sets, trajectories, comparisons')
      .argument('<out...>', 'output folders of runs, finished or growing')
      .option('--port <number>', 'port of the page; 0 takes a free one', '7477')
      .option(
        '--host <address>',
        'address to serve on; others than this machine need a token',
        '127.0.0.1',
      )
      .option('--cluster', "show what the first output's data set is doing in a cluster, by Kafka")
      .option('--dataset <name>', 'data set of the cluster (default: default)')
      .option(
        '--metrics <address>',
        'metrics of a process of the cluster; may be repeated',
        collect,
      )
      .option(
        '--allow-changes',
        'let the page mark steps, retry and drop dead letters; it then needs a token',
      )
      .option('--bundle <folder>', 'write the page as files for any web server, and end')
      .option('--json', 'print the address as JSON'),
  ).action(async (outs, options) => {
    const { uiCommand } = await import('./commands/ui/ui.ts');
    end(await uiCommand(context, outs, options));
  });
}

function readSpeed(text: string): number {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('It must be a number above 0.');
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

function addSetUp(program: Command, context: CommandContext, end: (code: ExitCode) => void): void {
  withConfiguration(
    program
      .command('config')
      .description('show every knob, its value and where that came from')
      .option('--describe', 'say what each knob does')
      .option('--json', 'print JSON'),
  ).action(async (options) => {
    const { configCommand } = await import('./commands/config.ts');
    end(await configCommand(context, options));
  });
  withConfiguration(
    program
      .command('doctor')
      .description('check whether this machine has what a run needs')
      .option('--out <folder>', 'output folder to check', defaultOutput)
      .option('--cluster', "check the servers of a cluster too: what 'serve' needs")
      .option('--dataset <name>', 'data set whose topics and schemas they should have')
      .option('--json', 'print JSON'),
  ).action(async (options) => {
    const { doctorCommand } = await import('./commands/doctor/doctor.ts');
    end(await doctorCommand(context, options));
  });
  program
    .command('demo')
    .description('run on this repository itself and show a part of the result (npm start)')
    .action(async () => {
      const { demoCommand } = await import('./commands/demo.ts');
      end(await demoCommand(context));
    });
  program
    .command('completion')
    .description('print the script that completes commands, options and knobs in a shell')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .action(async (shell: Shell) => {
      const { completionCommand } = await import('./commands/completion.ts');
      end(completionCommand(context, program, shell));
    });
}
