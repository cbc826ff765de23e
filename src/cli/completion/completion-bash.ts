import { OPTIONS, optionWords } from '../arguments/options.js';
import { COMMAND_NAMES } from '../help/command-names.js';

const valued = OPTIONS.filter((option) => option.value);

/** Works without the package bash-completion too; then the command's arguments complete to files. */
export function bashCompletion(): string {
  const takesValue = valued.flatMap(optionWords).join('|');
  const choices = OPTIONS.flatMap(({ name, choices: known }) =>
    known ? [`    --${name}) mapfile -t COMPREPLY < <(compgen -W '${known.join(' ')}' -- "$word"); return ;;`] : [],
  );
  const files = OPTIONS.filter((option) => option.file).flatMap(optionWords);
  const others = valued.filter((option) => !option.file && !option.choices).flatMap(optionWords);
  return `# bash completion of netmeter: eval "$(netmeter --completion bash)"
_netmeter() {
  local word=\${COMP_WORDS[COMP_CWORD]} option i
  COMPREPLY=()
  # The command starts behind \`--\`, or at the first word that is neither an option nor a value.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) ((i++)); break ;;
      ${takesValue})
        option=\${COMP_WORDS[i]}
        ((i++))
        # bash cuts --option=value into three words.
        [[ \${COMP_WORDS[i]} != = ]] || ((i++)) ;;
      -*) ;;
      *) break ;;
    esac
  done
  [[ $word != = ]] || word=''
  if ((i > COMP_CWORD)); then
    _netmeter_value "$option" "$word"
  elif ((i < COMP_CWORD)) || [[ $word != -* || \${COMP_WORDS[i-1]} == -- ]]; then
    _netmeter_command "$i" "$word"
    if ((COMP_CWORD == 1)); then
      mapfile -t -O \${#COMPREPLY[@]} COMPREPLY < <(compgen -W '${Object.keys(COMMAND_NAMES).join(' ')}' -- "$word")
    fi
  else
    mapfile -t COMPREPLY < <(compgen -W '${OPTIONS.flatMap(optionWords).join(' ')} --' -- "$word")
  fi
}
_netmeter_value() {
  local word=$2
  case $1 in
${choices.join('\n')}
    ${files.join('|')}) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    ${others.join('|')}) compopt +o default ;;
  esac
}
_netmeter_command() {
  if declare -F _comp_command_offset >/dev/null; then _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then _command_offset "$1"
  elif (($1 == COMP_CWORD)); then mapfile -t COMPREPLY < <(compgen -c -- "$2")
  fi
}
complete -o default -F _netmeter netmeter
`;
}
