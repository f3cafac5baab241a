/** The script that completes the program's words in zsh. */
import { type CommandNode, type Following, type OptionNode, pathText } from './tree.ts';

export function zshScript(nodes: readonly CommandNode[]): string {
  const below = nodes
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quote(pathText(path)));
  return `#compdef backstory
# zsh completion of backstory: backstory completion zsh > "$fpath[1]/_backstory"
_backstory() {
  local path_='' i
  local -a commands
  for ((i = 2; i < CURRENT; i++)); do
    case "$path_ \${words[i]}" in
      (${below.join('|')}) path_="$path_ \${words[i]}" ;;
    esac
  done
  case "$path_" in
${nodes.map(caseOf).join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]
then _backstory "$@"
else compdef _backstory backstory
fi
`;
}

function caseOf(node: CommandNode): string {
  const place = `    (${quote(pathText(node.path))})`;
  const specs = node.options.map(specOf).join(' ');
  if (node.commands.length === 0) {
    const more = node.parameters === 'nothing' ? '' : ` ${quote(`*: :${action(node.parameters)}`)}`;
    return `${place} _arguments ${specs}${more} ;;`;
  }
  const listed = node.commands.map(({ name, about }) => quote(`${name}:${about}`)).join(' ');
  const choose = `commands=(${listed}); _describe command commands`;
  return `${place} if [[ $PREFIX == -* ]]; then _arguments ${specs}; else ${choose}; fi ;;`;
}

/** In the form of _arguments: names that exclude each other, what they are, what follows. */
function specOf({ names, about, value, open }: OptionNode): string {
  const text = `[${about.replaceAll(/[\\[\]:]/g, (sign) => `\\${sign}`)}]`;
  const what = value === 'nothing' ? '' : `:value:${action(value, open)}`;
  const many = open ? '*' : '';
  if (names.length === 1) return quote(`${many}${names[0]}${text}${what}`);
  return `'(${names.join(' ')})'{${names.join(',')}}${quote(`${text}${what}`)}`;
}

function action(value: Following, open = false): string {
  if (value === 'path') return '_files';
  if (typeof value === 'string') return ' ';
  return open ? `compadd -S "" -- ${value.join(' ')}` : `(${value.join(' ')})`;
}

/** In single quotes, where nothing has a meaning but the quote itself. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
