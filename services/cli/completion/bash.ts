/** The script that completes the program's words in bash. */
import { type CommandNode, type OptionNode, pathText } from './tree.ts';

export function bashScript(nodes: readonly CommandNode[]): string {
  const below = nodes.filter(({ path }) => path.length > 0).map(({ path }) => quote(path));
  const values = nodes.flatMap((node) => node.options.flatMap((option) => valueLine(node, option)));
  return `# bash completion of backstory: source <(backstory completion bash)
_backstory() {
  local cur prev path='' i words=''
  COMPREPLY=()
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path \${COMP_WORDS[i]}" in
      ${below.join('|')}) path="$path \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  case "$path" in
${nodes.map(wordsLine).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _backstory backstory
`;
}

function quote(path: readonly string[]): string {
  return `'${pathText(path)}'`;
}

/** What follows an option. An empty reply lets the shell complete files, of which it knows more. */
function valueLine({ path }: CommandNode, { names, value, open }: OptionNode): string[] {
  if (value === 'nothing') return [];
  const places = names.map((name) => quote([...path, name])).join('|');
  if (value === 'path' || value === 'text') return [`    ${places}) return ;;`];
  const words = value.join(' ');
  const stay = open ? 'compopt -o nospace 2>/dev/null; ' : '';
  return [`    ${places}) ${stay}COMPREPLY=($(compgen -W '${words}' -- "$cur")); return ;;`];
}

/** Options only where one is begun, so that a path is the first choice where one is meant. */
function wordsLine({ path, commands, options, parameters }: CommandNode): string {
  const names = commands.map(({ name }) => name);
  const others = typeof parameters === 'string' ? [] : parameters;
  const flags = options.flatMap((option) => option.names).join(' ');
  const plain = [...names, ...others].join(' ');
  return `    ${quote(path)}) words='${plain}'; if [[ $cur == -* ]]; then words='${flags}'; fi ;;`;
}
