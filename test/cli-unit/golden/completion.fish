# fish completion of netmeter: netmeter --completion fish | source
function __netmeter_own --description 'The command has not begun'
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case --
        return 1
      case --max-in --max-out --max-total --budget-exit-code --report --by --isolation --netns --baseline-idle --host-port --publish -p --rate-limit --allow --deny --user --wait --grace --linger --interval --completion
        set -e words[1]
      case '-*'
      case '*'
        return 1
    end
    set -e words[1]
  end
  return 0
end
complete -c netmeter -n __netmeter_own -l max-in -x -d 'Most bytes that may come in'
complete -c netmeter -n __netmeter_own -l max-out -x -d 'Most bytes that may go out'
complete -c netmeter -n __netmeter_own -l max-total -x -d 'Most bytes in both directions'
complete -c netmeter -n __netmeter_own -l kill -d 'End the command as soon as a sample shows the breach'
complete -c netmeter -n __netmeter_own -l enforce -d 'Have the kernel refuse all that is beyond the limits, and end the command'
complete -c netmeter -n __netmeter_own -l budget-exit-code -x -d 'Exit code of a broken budget (default 120)'
complete -c netmeter -n __netmeter_own -l report -rF -d 'Write a report: .json or .txt; - is JSON on stdout'
complete -c netmeter -n __netmeter_own -l by -x -a 'process remote none' -d 'Tables of the summary: process, remote (both by default) or none'
complete -c netmeter -n __netmeter_own -l redact -d 'Hide arguments and host names in the summary and the reports'
complete -c netmeter -n __netmeter_own -l quiet -s q -d 'No summary; only errors and broken budgets'
complete -c netmeter -n __netmeter_own -l isolation -x -a 'auto veth user-mode host join offline' -d 'auto (the most exact that works), veth, user-mode, host, join or offline'
complete -c netmeter -n __netmeter_own -l netns -x -d 'Join a network namespace that is there: a name of ip netns, or a path'
complete -c netmeter -n __netmeter_own -l baseline-idle -x -d 'Watch a shared namespace this long before and after (default 1s)'
complete -c netmeter -n __netmeter_own -l host-port -x -d 'Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp'
complete -c netmeter -n __netmeter_own -l publish -s p -x -d 'Lead [ADDR:]HOST:INNER[/udp] of this machine to a port of the command'
complete -c netmeter -n __netmeter_own -l rate-limit -x -d 'Let no more pass a second, each way: 10MB/s'
complete -c netmeter -n __netmeter_own -l allow -x -d 'Let the command reach this alone: a name, *.name, address or network (CIDR)'
complete -c netmeter -n __netmeter_own -l deny -x -d 'Refuse the command this, even if it is allowed'
complete -c netmeter -n __netmeter_own -l user -x -d 'Run as NAME|UID[:GID]; under sudo, the caller by default'
complete -c netmeter -n __netmeter_own -l wait -x -a 'tree command' -d 'Wait for all descendants (tree, default), or end what outlives the command'
complete -c netmeter -n __netmeter_own -l grace -x -d 'Between SIGTERM and SIGKILL (default 5s)'
complete -c netmeter -n __netmeter_own -l linger -x -d 'Wait this long for bytes in flight (default 2s)'
complete -c netmeter -n __netmeter_own -l interval -x -d 'Distance of the samples (default 1s)'
complete -c netmeter -n __netmeter_own -l completion -x -a 'bash zsh fish' -d 'Print a completion script'
complete -c netmeter -n __netmeter_own -l help -s h -d 'Show this help'
complete -c netmeter -n __netmeter_own -l version -s V -d 'Show the version'
# The first, empty argument keeps fish from taking the others for its own options.
complete -c netmeter -xa "(__fish_complete_subcommand '' --max-in --max-out --max-total --budget-exit-code --report --by --isolation --netns --baseline-idle --host-port --publish -p --rate-limit --allow --deny --user --wait --grace --linger --interval --completion)"
