/** The commands and options of the program as plain data; the scripts of shells are made of it. */
import type { Command, Option } from 'commander';

/** What may follow: nothing, any text, a path, or one of these words. */
export type Following = 'nothing' | 'text' | 'path' | readonly string[];

export interface OptionNode {
  /** `--out`, and the short form where there is one. */
  readonly names: readonly string[];
  readonly about: string;
  readonly value: Following;
  /** The value goes on after its word, as after `section.knob=`: no space follows. */
  readonly open: boolean;
}

export interface CommandNode {
  /** Names from the program's own command on; empty for the program itself. */
  readonly path: readonly string[];
  readonly about: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly OptionNode[];
  readonly parameters: Following;
}

/** A command's path as the scripts join it: a space before each name. */
export function pathText(path: readonly string[]): string {
  return path.map((name) => ` ${name}`).join('');
}

export interface Words {
  readonly stages: readonly string[];
  readonly knobs: readonly string[];
}

const help: OptionNode = {
  names: ['--help', '-h'],
  about: 'display help for command',
  value: 'nothing',
  open: false,
};

/** The program first, then every command below it. */
export function treeOf(program: Command, words: Words): CommandNode[] {
  return nodesOf(program, [], words);
}

function nodesOf(command: Command, path: readonly string[], words: Words): CommandNode[] {
  const node: CommandNode = {
    path,
    about: command.description(),
    commands: command.commands.map((each) => ({ name: each.name(), about: each.description() })),
    options: [...command.options.map((option) => optionOf(option, words)), help],
    parameters: parametersOf(command, words),
  };
  const inner = command.commands.flatMap((each) => nodesOf(each, [...path, each.name()], words));
  return [node, ...inner];
}

function optionOf(option: Option, words: Words): OptionNode {
  const { long, short, flags, description, argChoices } = option;
  const names = [long, short].filter((name) => typeof name === 'string');
  const [, metavar = ''] = /[<[]([^\]>]+)/.exec(flags) ?? [];
  const open = metavar === 'stage.knob=value';
  const value =
    argChoices ?? (open ? words.knobs.map((knob) => `${knob}=`) : valueAfter(metavar, words));
  return { names, about: description, value, open };
}

function parametersOf(command: Command, words: Words): Following {
  const [argument] = command.registeredArguments;
  if (argument === undefined) return 'nothing';
  const value = argument.argChoices ?? valueAfter(argument.name(), words);
  return value === 'text' ? 'path' : value;
}

function valueAfter(metavar: string, words: Words): Following {
  if (metavar === '') return 'nothing';
  if (metavar === 'stage') return words.stages;
  return /folder|file|path|source|out/.test(metavar) ? 'path' : 'text';
}
