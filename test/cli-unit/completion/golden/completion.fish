# fish completion of netmeter: netmeter --completion fish | source
function __netmeter_own --description 'The command has not begun'
  set -l words (commandline -opc)
  set -e words[1]
  while set -q words[1]
    switch $words[1]
      case --
        return 1
      case --max-in --max-out --max-total --max-rate-average --max-rate-peak --max-connections --max-dns-queries --max-remote --max-process --max-loopback --max-host-local --warn-in --warn-out --warn-total --warn-rate-average --warn-rate-peak --warn-connections --warn-dns-queries --warn-remote --warn-process --warn-loopback --warn-host-local --budget --config --baseline --max-increase --min-increase --save-baseline --budget-exit-code --report --ci --by --isolation --netns --baseline-idle --host-port --publish -p --rate-limit --allow --deny --user --wait --runs --warmup --prepare --judge --grace --linger --interval --completion
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
complete -c netmeter -n __netmeter_own -l max-rate-average -x -d 'Highest rate over the whole run (10MB/s), of the busier direction'
complete -c netmeter -n __netmeter_own -l max-rate-peak -x -d 'Highest rate in any --interval'
complete -c netmeter -n __netmeter_own -l max-connections -x -d 'Most TCP connections with the outside'
complete -c netmeter -n __netmeter_own -l max-dns-queries -x -d 'Most questions to nameservers'
complete -c netmeter -n __netmeter_own -l max-remote -x -d 'Most bytes with remotes: *.example.com=50MB, 203.0.113.0/24=0; repeatable'
complete -c netmeter -n __netmeter_own -l max-process -x -d 'Most payload of programs of a name: git=1MB; repeatable'
complete -c netmeter -n __netmeter_own -l max-loopback -x -d 'Most bytes over loopback, counted once'
complete -c netmeter -n __netmeter_own -l max-host-local -x -d 'Most bytes with this machine itself'
complete -c netmeter -n __netmeter_own -l warn-in -x -d 'Warn as --max-in fails'
complete -c netmeter -n __netmeter_own -l warn-out -x -d 'Warn as --max-out fails'
complete -c netmeter -n __netmeter_own -l warn-total -x -d 'Warn as --max-total fails'
complete -c netmeter -n __netmeter_own -l warn-rate-average -x -d 'Warn as --max-rate-average fails'
complete -c netmeter -n __netmeter_own -l warn-rate-peak -x -d 'Warn as --max-rate-peak fails'
complete -c netmeter -n __netmeter_own -l warn-connections -x -d 'Warn as --max-connections fails'
complete -c netmeter -n __netmeter_own -l warn-dns-queries -x -d 'Warn as --max-dns-queries fails'
complete -c netmeter -n __netmeter_own -l warn-remote -x -d 'Warn as --max-remote fails'
complete -c netmeter -n __netmeter_own -l warn-process -x -d 'Warn as --max-process fails'
complete -c netmeter -n __netmeter_own -l warn-loopback -x -d 'Warn as --max-loopback fails'
complete -c netmeter -n __netmeter_own -l warn-host-local -x -d 'Warn as --max-host-local fails'
complete -c netmeter -n __netmeter_own -l budget -x -d 'Take the budget of this name from the configuration'
complete -c netmeter -n __netmeter_own -l config -rF -d 'Configuration; by default the nearest netmeter.config.json, .js, .ts, or package.json'
complete -c netmeter -n __netmeter_own -l no-config -d 'Look for no configuration'
complete -c netmeter -n __netmeter_own -l baseline -rF -d 'Fail when more is used than in this earlier report of the same command'
complete -c netmeter -n __netmeter_own -l max-increase -x -d 'Allowed above the baseline (default 10%), in, out, total and with each remote'
complete -c netmeter -n __netmeter_own -l min-increase -x -d 'Never fail for an increase up to this (default 1MB)'
complete -c netmeter -n __netmeter_own -l save-baseline -rF -d 'Write the report as a baseline when all went well'
complete -c netmeter -n __netmeter_own -l kill -d 'End the command at the first sample beyond a limit, up to one --interval late'
complete -c netmeter -n __netmeter_own -l enforce -d 'Have the kernel refuse all that is beyond the limits, and end the command'
complete -c netmeter -n __netmeter_own -l ignore-bypasses -d 'Judge limits although the command had ways to a network that no counter sees'
complete -c netmeter -n __netmeter_own -l budget-exit-code -x -d 'Exit code of a broken budget (default 120)'
complete -c netmeter -n __netmeter_own -l report -rF -d 'Write a report: .json, .txt, .md, .html, .csv, .prom or .junit.xml; - is JSON on stdout'
complete -c netmeter -n __netmeter_own -l ci -x -a 'auto github gitlab none' -d 'Report to the CI system too: auto (default), github (summary, annotations, outputs), gitlab (nothing: it reads reports) or none'
complete -c netmeter -n __netmeter_own -l by -x -a 'process remote none' -d 'Tables of the summary: remote (default), process beside it, or none'
complete -c netmeter -n __netmeter_own -l reverse-dns -d 'Ask the reverse zones for remotes whose name the command did not look up'
complete -c netmeter -n __netmeter_own -l redact -d 'Hide arguments and host names in the summary and the reports'
complete -c netmeter -n __netmeter_own -l quiet -s q -d 'No summary; only errors and broken budgets'
complete -c netmeter -n __netmeter_own -l isolation -x -a 'auto veth user-mode host join offline' -d 'auto (the most exact that works), veth, user-mode, host, join or offline'
complete -c netmeter -n __netmeter_own -l in-place -d 'Where the command would run without netmeter: short for --isolation host'
complete -c netmeter -n __netmeter_own -l netns -x -d 'Join a network namespace that is there: a name of ip netns, or a path'
complete -c netmeter -n __netmeter_own -l baseline-idle -x -d 'Watch a shared namespace this long before and after (default 1s if a socket is open)'
complete -c netmeter -n __netmeter_own -l host-port -x -d 'Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp'
complete -c netmeter -n __netmeter_own -l publish -s p -x -d 'Forward [ADDR:]HOST:INNER[/udp] of this machine to a port of the command'
complete -c netmeter -n __netmeter_own -l rate-limit -x -d 'Let no more pass a second, each way: 10MB/s'
complete -c netmeter -n __netmeter_own -l allow -x -d 'Let the command reach this alone: a name, *.name, address or network (CIDR)'
complete -c netmeter -n __netmeter_own -l deny -x -d 'Refuse the command this, even if it is allowed'
complete -c netmeter -n __netmeter_own -l user -x -d 'Run as NAME|UID[:GID]; under sudo, the caller by default'
complete -c netmeter -n __netmeter_own -l wait -x -a 'tree command' -d 'Wait for all descendants (tree, default), or end what outlives the command'
complete -c netmeter -n __netmeter_own -l runs -x -d 'Run the command N times, and report how far the runs differ'
complete -c netmeter -n __netmeter_own -l warmup -x -d 'Runs before the first that counts'
complete -c netmeter -n __netmeter_own -l prepare -x -d 'A shell line before each run, not metered: rm -rf node_modules'
complete -c netmeter -n __netmeter_own -l judge -x -a 'worst median' -d 'The run that the budget judges: the worst (default) or the median'
complete -c netmeter -n __netmeter_own -l grace -x -d 'Between SIGTERM and SIGKILL (default 5s)'
complete -c netmeter -n __netmeter_own -l linger -x -d 'Wait this long for bytes in flight (default 2s)'
complete -c netmeter -n __netmeter_own -l interval -x -d 'Interval between samples (default 1s)'
complete -c netmeter -n __netmeter_own -l completion -x -a 'bash zsh fish' -d 'Print a completion script'
complete -c netmeter -n __netmeter_own -l help -s h -d 'Show this help'
complete -c netmeter -n __netmeter_own -l version -s V -d 'Show the version'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a attach -d 'Meter a running process, or a control group'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a budget -d 'Suggest a budget from reports'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a compare -d 'Compare two reports'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a doctor -d 'Show which isolations work here'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a help -d 'Show the help of one of these commands'
complete -c netmeter -n 'test (count (commandline -opc)) -eq 1' -a watch -d 'Watch the whole machine'
# The first, empty argument keeps fish from taking the others for its own options.
complete -c netmeter -xa "(__fish_complete_subcommand '' --max-in --max-out --max-total --max-rate-average --max-rate-peak --max-connections --max-dns-queries --max-remote --max-process --max-loopback --max-host-local --warn-in --warn-out --warn-total --warn-rate-average --warn-rate-peak --warn-connections --warn-dns-queries --warn-remote --warn-process --warn-loopback --warn-host-local --budget --config --baseline --max-increase --min-increase --save-baseline --budget-exit-code --report --ci --by --isolation --netns --baseline-idle --host-port --publish -p --rate-limit --allow --deny --user --wait --runs --warmup --prepare --judge --grace --linger --interval --completion)"
