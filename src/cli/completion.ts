import { OPTIONS, type Option } from './options.js';
import type { Shell } from './parse-arguments.js';

/** A completion script: netmeter's options, then whatever the shell knows about the wrapped command. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const words = ({ name, alias }: Option) => [`--${name}`, ...(alias ? [`-${alias}`] : [])];
const withValue = OPTIONS.filter((option) => option.value);

function bash(): string {
  const choices = OPTIONS.flatMap(({ name, choices: known }) =>
    known ? [`    --${name}) COMPREPLY=($(compgen -W '${known.join(' ')}' -- "$word")); return ;;`] : [],
  );
  const files = OPTIONS.filter((option) => option.file).map((option) => `--${option.name}`);
  return `# bash completion of netmeter: eval "$(netmeter --completion bash)"
_netmeter() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) ((i++)); break ;;
      ${withValue.flatMap(words).join('|')}) ((i++)) ;;
      -*) ;;
      *) break ;;
    esac
  done
  if ((i < COMP_CWORD)) || { ((i == COMP_CWORD)) && [[ $before == -- || $word != -* ]] && ! _netmeter_takes "$before"; }; then
    if declare -F _command_offset >/dev/null; then _command_offset "$i"; else COMPREPLY=($(compgen -c -- "$word")); fi
    return
  fi
  case $before in
${choices.join('\n')}
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$word")); return ;;
    ${withValue.flatMap(words).join('|')}) return ;;
  esac
  COMPREPLY=($(compgen -W '${OPTIONS.flatMap(words).join(' ')} --' -- "$word"))
}
_netmeter_takes() { case $1 in ${withValue.flatMap(words).join('|')}) return 0 ;; esac; return 1; }
complete -o default -F _netmeter netmeter
`;
}

function zsh(): string {
  const line = (option: Option) => {
    const action = option.choices ? `(${option.choices.join(' ')})` : option.file ? '_files' : ' ';
    const value = option.value ? `:${option.value}:${action}` : '';
    const repeat = option.repeatable ? '*' : '';
    return words(option).map((word) => `  '${repeat}${word}[${option.description.replaceAll("'", '')}]${value}'`);
  };
  return `#compdef netmeter
# zsh completion of netmeter: netmeter --completion zsh >"\${fpath[1]}/_netmeter"
_netmeter() { _arguments -S -A '-*' \\
${OPTIONS.flatMap(line).join(' \\\n')} \\
  '(-):command: _command_names -e' \\
  '*::arguments: _normal'
}
compdef _netmeter netmeter
`;
}

function fish(): string {
  const line = ({ name, alias, value, choices, file, description }: Option) => {
    const parts = ['complete -c netmeter -n __netmeter_own', `-l ${name}`];
    if (alias) parts.push(`-s ${alias}`);
    if (value) parts.push(file ? '-rF' : '-x');
    if (choices) parts.push(`-a '${choices.join(' ')}'`);
    return [...parts, `-d '${description.replaceAll("'", '')}'`].join(' ');
  };
  return `# fish completion of netmeter: netmeter --completion fish | source
function __netmeter_own
  not contains -- -- (commandline -opc)
end
${OPTIONS.map(line).join('\n')}
complete -c netmeter -xa '(__fish_complete_subcommand)'
`;
}
