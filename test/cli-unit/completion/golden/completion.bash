# bash completion of netmeter: eval "$(netmeter --completion bash)"
_netmeter() {
  local word=${COMP_WORDS[COMP_CWORD]} option i
  COMPREPLY=()
  # The command starts behind `--`, or at the first word that is neither an option nor a value.
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --) ((i++)); break ;;
      --max-in|--max-out|--max-total|--max-rate-average|--max-rate-peak|--max-connections|--max-dns-queries|--max-remote|--max-process|--max-loopback|--max-host-local|--warn-in|--warn-out|--warn-total|--warn-rate-average|--warn-rate-peak|--warn-connections|--warn-dns-queries|--warn-remote|--warn-process|--warn-loopback|--warn-host-local|--budget|--config|--baseline|--max-increase|--min-increase|--save-baseline|--budget-exit-code|--report|--ci|--by|--isolation|--netns|--baseline-idle|--host-port|--publish|-p|--rate-limit|--allow|--deny|--user|--wait|--runs|--warmup|--prepare|--judge|--grace|--linger|--interval|--completion)
        option=${COMP_WORDS[i]}
        ((i++))
        # bash cuts --option=value into three words.
        [[ ${COMP_WORDS[i]} != = ]] || ((i++)) ;;
      -*) ;;
      *) break ;;
    esac
  done
  [[ $word != = ]] || word=''
  if ((i > COMP_CWORD)); then
    _netmeter_value "$option" "$word"
  elif ((i < COMP_CWORD)) || [[ $word != -* || ${COMP_WORDS[i-1]} == -- ]]; then
    _netmeter_command "$i" "$word"
    if ((COMP_CWORD == 1)); then
      mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W 'attach budget compare doctor help watch' -- "$word")
    fi
  else
    mapfile -t COMPREPLY < <(compgen -W '--max-in --max-out --max-total --max-rate-average --max-rate-peak --max-connections --max-dns-queries --max-remote --max-process --max-loopback --max-host-local --warn-in --warn-out --warn-total --warn-rate-average --warn-rate-peak --warn-connections --warn-dns-queries --warn-remote --warn-process --warn-loopback --warn-host-local --budget --config --no-config --baseline --max-increase --min-increase --save-baseline --kill --enforce --ignore-bypasses --budget-exit-code --report --ci --by --reverse-dns --redact --quiet -q --isolation --in-place --netns --baseline-idle --host-port --publish -p --rate-limit --allow --deny --user --wait --runs --warmup --prepare --judge --grace --linger --interval --completion --help -h --version -V --' -- "$word")
  fi
}
_netmeter_value() {
  local word=$2
  case $1 in
    --ci) mapfile -t COMPREPLY < <(compgen -W 'auto github gitlab none' -- "$word"); return ;;
    --by) mapfile -t COMPREPLY < <(compgen -W 'process remote none' -- "$word"); return ;;
    --isolation) mapfile -t COMPREPLY < <(compgen -W 'auto veth user-mode host join offline' -- "$word"); return ;;
    --wait) mapfile -t COMPREPLY < <(compgen -W 'tree command' -- "$word"); return ;;
    --judge) mapfile -t COMPREPLY < <(compgen -W 'worst median' -- "$word"); return ;;
    --completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$word"); return ;;
    --config|--baseline|--save-baseline|--report) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
    --max-in|--max-out|--max-total|--max-rate-average|--max-rate-peak|--max-connections|--max-dns-queries|--max-remote|--max-process|--max-loopback|--max-host-local|--warn-in|--warn-out|--warn-total|--warn-rate-average|--warn-rate-peak|--warn-connections|--warn-dns-queries|--warn-remote|--warn-process|--warn-loopback|--warn-host-local|--budget|--max-increase|--min-increase|--budget-exit-code|--netns|--baseline-idle|--host-port|--publish|-p|--rate-limit|--allow|--deny|--user|--runs|--warmup|--prepare|--grace|--linger|--interval) compopt +o default ;;
  esac
}
_netmeter_command() {
  if declare -F _comp_command_offset >/dev/null; then _comp_command_offset "$1"
  elif declare -F _command_offset >/dev/null; then _command_offset "$1"
  elif (($1 == COMP_CWORD)); then mapfile -t COMPREPLY < <(compgen -c -- "$2")
  fi
}
complete -o default -F _netmeter netmeter
