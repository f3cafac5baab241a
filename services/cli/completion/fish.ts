/** The script that completes the program's words in fish. */
import { type CommandNode, type Following, type OptionNode, pathText } from './tree.ts';

export function fishScript(nodes: readonly CommandNode[]): string {
  const below = nodes
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quote(pathText(path)));
  return `# fish completion of backstory: backstory completion fish | source
function __backstory_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        switch "$at $word"
            case ${below.join(' ')}
                set at "$at $word"
        end
    end
    test "$at" = "$argv[1]"
end
complete -c backstory -e
${nodes.flatMap(linesOf).join('\n')}
`;
}

function linesOf(node: CommandNode): string[] {
  const begin = `complete -c backstory -n ${quote(`__backstory_at ${quote(pathText(node.path))}`)}`;
  const commands = node.commands.map(
    ({ name, about }) => `${begin} -f -a ${name} -d ${quote(about)}`,
  );
  const options = node.options.map((option) => `${begin} ${optionWords(option)}`);
  return [...commands, ...parameterLines(begin, node), ...options];
}

function parameterLines(begin: string, { commands, parameters }: CommandNode): string[] {
  if (parameters === 'path') return [`${begin} -F`];
  if (parameters === 'nothing') return commands.length > 0 ? [] : [`${begin} -f`];
  return typeof parameters === 'string' ? [] : [`${begin} -f -a ${quote(parameters.join(' '))}`];
}

function optionWords({ names, about, value }: OptionNode): string {
  const named = names.map((name) => {
    return name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  });
  return [...named, ...valueWords(value), `-d ${quote(about)}`].join(' ');
}

function valueWords(value: Following): string[] {
  if (value === 'nothing') return ['-f'];
  if (value === 'path') return ['-r', '-F'];
  if (value === 'text') return ['-x'];
  return ['-x', `-a ${quote(value.join(' '))}`];
}

/** In single quotes fish knows two escapes. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
