/**
 * `npm run new -- gate|export|language|stage NAME`: writes a working skeleton with its test, and
 * adds it to the lists. The result passes `npm run check` as it is.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PipelineError } from '../services/runtime/errors.ts';
import { newExport } from './new/export.ts';
import { newGate } from './new/gate.ts';
import { type LanguageOptions, newLanguage } from './new/language.ts';
import { requireName } from './new/names.ts';
import { applySkeleton, type Skeleton } from './new/skeleton.ts';
import { newStage, type StageOptions } from './new/stage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

const usage = `usage: npm run new -- KIND NAME [OPTIONS]

  gate NAME        keeps files or repositories out (services/stages/admit/gates)
  export NAME      writes the shards in another form (services/export/formats)
  language NAME    reads a further language (services/stages/extract/languages)
                     --like LANGUAGE     whose comments, strings and definitions it shares [python]
                     --grammar PACKAGE   an installed grammar of tree-sitter [that of LANGUAGE]
                     --extension .EXT    what its files end in [.NAME]
  stage NAME       does something with each repository on its way (services/stages)
                     --before STAGE      which stage reads what it writes [extract]
                     --writes TOPIC      its topic [repo-NAMEd]

A name is in kebab-case: letters, digits, single hyphens.`;

type Make = (name: string, options: LanguageOptions & StageOptions) => Skeleton;
const kinds: Readonly<Record<string, Make>> = {
  gate: newGate,
  export: newExport,
  language: newLanguage,
  stage: newStage,
};

function parse(argv: readonly string[]) {
  const options = {
    like: { type: 'string' },
    grammar: { type: 'string' },
    extension: { type: 'string' },
    before: { type: 'string' },
    writes: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    throw new PipelineError('USAGE', `${(error as Error).message}\n${usage}`, { cause: error });
  }
}

function skeletonFrom(argv: readonly string[]): Skeleton | null {
  const { values, positionals } = parse(argv);
  if (values.help === true || positionals.length === 0) return null;
  const [kind = '', name = '', ...rest] = positionals;
  const make = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (make === undefined || name === '' || rest.length > 0) {
    throw new PipelineError('USAGE', `a kind and a name are wanted\n${usage}`);
  }
  requireName(name);
  return make(name, values);
}

/** Formats the files and updates the generated ones. */
function finish(paths: readonly string[]): void {
  const commands = [
    [`${root}/node_modules/.bin/biome`, 'check', '--write', ...paths],
    [process.execPath, 'scripts/generate.ts'],
  ];
  for (const [program = '', ...parameters] of commands) {
    const run = spawnSync(program, parameters, { cwd: root, encoding: 'utf8' });
    if (run.status === 0) continue;
    const told = `${run.stdout ?? ''}${run.stderr ?? ''}`;
    throw new Error(`${[program, ...parameters].join(' ')} failed: ${told}`);
  }
}

function main(): void {
  const skeleton = skeletonFrom(process.argv.slice(2));
  if (skeleton === null) {
    console.log(usage);
    return;
  }
  const { written, changed } = applySkeleton(root, skeleton);
  finish([...written, ...changed]);
  for (const path of written) console.log(`wrote    ${path}`);
  for (const path of changed) console.log(`changed  ${path}`);
  console.log(`\nnext:\n${skeleton.next.map((step) => `  ${step}`).join('\n')}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof PipelineError)) throw error;
  console.error(`error ${error.code}: ${error.message}`);
  process.exitCode = 2;
}
