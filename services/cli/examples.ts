/** Examples for the help of each command. A test reads every one with the program's own parser. */
import type { Command } from 'commander';

/** By the words of the command. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    'backstory run .',
    'backstory run flask.tar.gz github:pallets/click@8.1.7 --out data',
    'backstory run @list.txt --limit 100 --search off --out data',
    'backstory run . --teacher openai --set teacher.baseUrl=http://localhost:8000/v1 --set teacher.model=NAME',
  ],
  estimate: [
    'backstory estimate . --teacher openai --set teacher.model=NAME',
    'backstory estimate @list.txt --teacher openai --set teacher.model=NAME --json',
  ],
  'batch gather': ['backstory batch gather . --teacher openai --set teacher.model=NAME --out data'],
  'batch send': ['backstory batch send --teacher openai --set teacher.model=NAME --out data'],
  'batch collect': ['backstory batch collect --teacher openai --set teacher.model=NAME --out data'],
  verify: ['backstory verify data', 'backstory verify s3://bucket/data --json'],
  inspect: [
    'backstory inspect data',
    'backstory inspect data flask --file src/app.py',
    'backstory inspect data 3f2a --full',
  ],
  report: ['backstory report data', 'backstory report data --html report.html'],
  export: [
    'backstory export data --format parquet',
    'backstory export data --format hf --to published --compression zstd',
  ],
  why: [
    'backstory why data flask:src/flask/app.py:120',
    'backstory why data left-pad',
    'backstory why data 3f2a --json',
  ],
  'opt-out apply': [
    'backstory opt-out apply opt-outs.txt data --dry-run',
    'backstory opt-out apply opt-outs.txt data',
    'backstory opt-out apply opt-outs.txt data --erase',
  ],
  release: [
    'backstory release data',
    'backstory release data --export data/export/hf --opt-outs opt-outs.txt',
  ],
  attribution: ['backstory attribution data --out NOTICE.md'],
  structure: [
    'backstory structure .',
    'backstory structure . --map 2000',
    'backstory structure flask.tar.gz --outline src/flask/app.py',
  ],
  ui: ['backstory ui data', 'backstory ui first second --port 8080'],
  config: ['backstory config --describe', 'backstory config --config mine.yaml --json'],
  doctor: ['backstory doctor', 'backstory doctor --cluster --dataset first'],
  demo: ['backstory demo'],
  completion: [
    'source <(backstory completion bash)',
    'backstory completion zsh > "$fpath[1]/_backstory"',
    'backstory completion fish > ~/.config/fish/completions/backstory.fish',
  ],
  serve: [
    'backstory serve all . --dataset first --out first --bounded',
    'backstory serve simulate search --dataset first --out /shared/first',
    'backstory serve sink --dataset first --out /shared/first --set runtime.metricsPort=9464',
  ],
  'topics graph': ['backstory topics graph', 'backstory topics graph --json'],
  'topics plan': ['backstory topics plan --dataset first'],
  'topics apply': ['backstory topics apply --dataset first'],
  add: ['backstory add /shared/more.tar.gz github:pallets/jinja --dataset first'],
  lag: ['backstory lag --dataset first', 'backstory lag --dataset first --partitions --json'],
  pause: ['backstory pause simulate search --dataset first'],
  resume: ['backstory resume all --dataset first'],
  'dlq list': ['backstory dlq list --dataset first', 'backstory dlq list --all --json'],
  'dlq show': ['backstory dlq show 3f2a --dataset first'],
  'dlq retry': ['backstory dlq retry 3f2a 77b1 --dataset first --mended'],
  'dlq drop': ['backstory dlq drop 3f2a --dataset first'],
  replay: [
    'backstory replay --from search --of first --of-out first --dataset second --out second',
    'backstory replay --from simulate --of first --of-out first --dataset second --out second --follow',
  ],
};

/** Adds to the help of every command what it is used for. */
export function addExamples(program: Command): void {
  addBelow(program, []);
}

function addBelow(command: Command, path: readonly string[]): void {
  for (const each of command.commands) {
    const own = [...path, each.name()];
    const lines = examples[own.join(' ')];
    if (lines !== undefined) {
      each.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    }
    addBelow(each, own);
  }
}
