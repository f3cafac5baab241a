/** Every command's help has examples, and each example is a command line of the program. */
import { describe, expect, test } from 'vitest';
import { openStreams } from '../../../services/cli/context.ts';
import { examples } from '../../../services/cli/examples.ts';
import { createProgram } from '../../../services/cli/program.ts';
import { sections } from '../../../services/registry.ts';
import { knobKeys } from '../../../services/runtime/config/resolve.ts';
import { runLine } from './terminal.ts';

type Program = ReturnType<typeof createProgram>;

function newProgram(): Program {
  const context = {
    ...openStreams(process.stdout, process.stderr, {}),
    workingFolder: '/',
    signal: new AbortController().signal,
  };
  return createProgram(context, () => {});
}

/** The words of every command that does something itself. */
function leavesOf(command: Program, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(' ')];
  return command.commands.flatMap((each) => leavesOf(each as Program, [...path, each.name()]));
}

/** Only reads the words; null where the program would refuse them. */
function nameOf(words: readonly string[]): string | null {
  const program = newProgram();
  let called: string | null = null;
  const watch = (command: Program, path: readonly string[]): void => {
    command.exitOverride().configureOutput({ outputError: () => {} });
    if (command.commands.length === 0) {
      command.action(() => {
        called = path.join(' ');
      });
    }
    for (const each of command.commands) watch(each as Program, [...path, each.name()]);
  };
  watch(program, []);
  try {
    program.parse([...words], { from: 'user' });
  } catch (_error) {
    return null;
  }
  return called;
}

/** What the shell would give to the program. */
function wordsOf(line: string): string[] {
  const [, words = ''] = /backstory ([^>)]*)/.exec(line) ?? [];
  return words.trim().split(/\s+/);
}

describe('examples', () => {
  test('every command has some, and no other name has', () => {
    expect(Object.keys(examples).sort()).toEqual(leavesOf(newProgram()).sort());
  });

  const lines = Object.entries(examples).flatMap(([name, all]) =>
    all.map((line): [string, string] => [line, name]),
  );

  test.each(lines)('%s', (line, name) => {
    const words = wordsOf(line);
    expect(nameOf(words)).toBe(name);
    expect(line.length).toBeLessThan(115);
    const set = words.flatMap((word, at) =>
      words[at - 1] === '--set' ? [word.split('=')[0]] : [],
    );
    expect(set.filter((knob = '') => !knobKeys(sections).includes(knob))).toEqual([]);
  });

  test('a line that the program does not understand is found', () => {
    expect(nameOf(['run', '.', '--outt', 'x'])).toBeNull();
    expect(nameOf(['export', 'data', '--format', 'cvs'])).toBeNull();
  });

  test('stand in the help of their command', async () => {
    const { out } = await runLine(['dlq', 'retry', '--help'], { workingFolder: '/' });
    expect(out).toContain('\nExamples:\n  backstory dlq retry 3f2a');
  });
});
