import type { Option } from '../arguments/option.js';
import { OPTIONS, optionWords } from '../arguments/options.js';
import { COMMAND_NAMES } from '../help/command-names.js';

/** For a folder of fpath, or to be evaluated in .zshrc after compinit. */
export function zshCompletion(): string {
  return `#compdef netmeter
# zsh completion of netmeter: netmeter --completion zsh >"\${fpath[1]}/_netmeter"
_netmeter() {
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  _arguments -S -A '-*' \\
${OPTIONS.flatMap(specs).join(' \\\n')} \\
    '(-):command: _netmeter_command' \\
    '*::arguments: _netmeter_arguments'
}
# Its own commands are only the first word.
_netmeter_command() {
  local -a own=(${Object.entries(COMMAND_NAMES)
    .map(([name, description]) => `'${name}:${description}'`)
    .join(' ')})
  ((CURRENT == 2)) && _describe -t netmeter-commands 'netmeter command' own
  _command_names -e
}
# Directly behind netmeter, zsh takes \`--\` for the command; behind an option it does not.
_netmeter_arguments() {
  if [[ $words[1] == -- ]]; then shift words; ((CURRENT--)); fi
  _normal
}
# Loaded from fpath this file is the function's body; evaluated, it only defines it.
if [[ $funcstack[1] == _netmeter ]]; then _netmeter "$@"; else compdef _netmeter netmeter; fi
`;
}

function specs(option: Option): string[] {
  const { name, alias, value, choices, file, repeatable, description } = option;
  const action = choices ? `(${choices.join(' ')})` : file ? '_files' : ' ';
  const explained = `[${description.replaceAll("'", "'\\''").replaceAll(/[[\]]/g, '\\$&')}]`;
  const others = repeatable ? '*' : alias ? `(--${name} -${alias})` : '';
  // `--name` with a value is also completed as `--name=value`.
  return optionWords(option).map((word) => {
    const form = value && word.startsWith('--') ? `${word}=` : word;
    return `    '${others}${form}${explained}${value ? `:${value}:${action}` : ''}'`;
  });
}
