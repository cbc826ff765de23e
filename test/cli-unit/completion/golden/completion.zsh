#compdef netmeter
# zsh completion of netmeter: netmeter --completion zsh >"${fpath[1]}/_netmeter"
_netmeter() {
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  _arguments -S -A '-*' \
    '--max-in=[Most bytes that may come in]:SIZE: ' \
    '--max-out=[Most bytes that may go out]:SIZE: ' \
    '--max-total=[Most bytes in both directions]:SIZE: ' \
    '--max-rate-average=[Highest rate over the whole run (10MB/s), of the busier direction]:RATE: ' \
    '--max-rate-peak=[Highest rate in any --interval]:RATE: ' \
    '--max-connections=[Most TCP connections with the outside]:N: ' \
    '--max-dns-queries=[Most questions to nameservers]:N: ' \
    '*--max-remote=[Most bytes with remotes: *.example.com=50MB, 203.0.113.0/24=0; repeatable]:PATTERN=SIZE: ' \
    '*--max-process=[Most payload of programs of a name: git=1MB; repeatable]:NAME=SIZE: ' \
    '--max-loopback=[Most bytes over loopback, counted once]:SIZE: ' \
    '--max-host-local=[Most bytes with this machine itself]:SIZE: ' \
    '--warn-in=[Warn as --max-in fails]:SIZE: ' \
    '--warn-out=[Warn as --max-out fails]:SIZE: ' \
    '--warn-total=[Warn as --max-total fails]:SIZE: ' \
    '--warn-rate-average=[Warn as --max-rate-average fails]:RATE: ' \
    '--warn-rate-peak=[Warn as --max-rate-peak fails]:RATE: ' \
    '--warn-connections=[Warn as --max-connections fails]:N: ' \
    '--warn-dns-queries=[Warn as --max-dns-queries fails]:N: ' \
    '*--warn-remote=[Warn as --max-remote fails]:PATTERN=SIZE: ' \
    '*--warn-process=[Warn as --max-process fails]:NAME=SIZE: ' \
    '--warn-loopback=[Warn as --max-loopback fails]:SIZE: ' \
    '--warn-host-local=[Warn as --max-host-local fails]:SIZE: ' \
    '--budget=[Take the budget of this name from the configuration]:NAME: ' \
    '--config=[Configuration; by default the nearest netmeter.config.json, .js, .ts, or package.json]:FILE:_files' \
    '--no-config[Look for no configuration]' \
    '--baseline=[Fail when more is used than in this earlier report of the same command]:FILE:_files' \
    '--max-increase=[Allowed above the baseline (default 10%), in, out, total and with each remote]:SHARE: ' \
    '--min-increase=[Never fail for an increase up to this (default 1MB)]:SIZE: ' \
    '--save-baseline=[Write the report as a baseline when all went well]:FILE:_files' \
    '--kill[End the command at the first sample beyond a limit, up to one --interval late]' \
    '--enforce[Have the kernel refuse all that is beyond the limits, and end the command]' \
    '--ignore-bypasses[Judge limits although the command had ways to a network that no counter sees]' \
    '--budget-exit-code=[Exit code of a broken budget (default 120)]:N: ' \
    '*--report=[Write a report: .json, .txt, .md, .html, .csv, .prom or .junit.xml; - is JSON on stdout]:FILE:_files' \
    '--ci=[Report to the CI system too: auto (default), github (summary, annotations, outputs), gitlab (nothing: it reads reports) or none]:SYSTEM:(auto github gitlab none)' \
    '*--by=[Tables of the summary: remote (default), process beside it, or none]:WHAT:(process remote none)' \
    '--reverse-dns[Ask the reverse zones for remotes whose name the command did not look up]' \
    '--redact[Hide arguments and host names in the summary and the reports]' \
    '(--quiet -q)--quiet[No summary; only errors and broken budgets]' \
    '(--quiet -q)-q[No summary; only errors and broken budgets]' \
    '--isolation=[auto (the most exact that works), veth, user-mode, host, join or offline]:KIND:(auto veth user-mode host join offline)' \
    '--in-place[Where the command would run without netmeter: short for --isolation host]' \
    '--netns=[Join a network namespace that is there: a name of ip netns, or a path]:NAME: ' \
    '--baseline-idle=[Watch a shared namespace this long before and after (default 1s if a socket is open)]:TIME: ' \
    '*--host-port=[Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp]:PORT: ' \
    '*--publish=[Forward \[ADDR:\]HOST:INNER\[/udp\] of this machine to a port of the command]:PORTS: ' \
    '*-p[Forward \[ADDR:\]HOST:INNER\[/udp\] of this machine to a port of the command]:PORTS: ' \
    '--rate-limit=[Let no more pass a second, each way: 10MB/s]:RATE: ' \
    '*--allow=[Let the command reach this alone: a name, *.name, address or network (CIDR)]:DEST: ' \
    '*--deny=[Refuse the command this, even if it is allowed]:DEST: ' \
    '--user=[Run as NAME|UID\[:GID\]; under sudo, the caller by default]:NAME: ' \
    '--wait=[Wait for all descendants (tree, default), or end what outlives the command]:WHAT:(tree command)' \
    '--runs=[Run the command N times, and report how far the runs differ]:N: ' \
    '--warmup=[Runs before the first that counts]:N: ' \
    '--prepare=[A shell line before each run, not metered: rm -rf node_modules]:SHELL: ' \
    '--judge=[The run that the budget judges: the worst (default) or the median]:WHICH:(worst median)' \
    '--grace=[Between SIGTERM and SIGKILL (default 5s)]:TIME: ' \
    '--linger=[Wait this long for bytes in flight (default 2s)]:TIME: ' \
    '--interval=[Interval between samples (default 1s)]:TIME: ' \
    '--completion=[Print a completion script]:SHELL:(bash zsh fish)' \
    '(--help -h)--help[Show this help]' \
    '(--help -h)-h[Show this help]' \
    '(--version -V)--version[Show the version]' \
    '(--version -V)-V[Show the version]' \
    '(-):command: _netmeter_command' \
    '*::arguments: _netmeter_arguments'
}
# Its own commands are only the first word.
_netmeter_command() {
  local -a own=('attach:Meter a running process, or a control group' 'budget:Suggest a budget from reports' 'compare:Compare two reports' 'doctor:Show which isolations work here' 'help:Show the help of one of these commands' 'watch:Watch the whole machine')
  ((CURRENT == 2)) && _describe -t netmeter-commands 'netmeter command' own
  _command_names -e
}
# Directly behind netmeter, zsh takes `--` for the command; behind an option it does not.
_netmeter_arguments() {
  if [[ $words[1] == -- ]]; then shift words; ((CURRENT--)); fi
  _normal
}
# Loaded from fpath this file is the function's body; evaluated, it only defines it.
if [[ $funcstack[1] == _netmeter ]]; then _netmeter "$@"; else compdef _netmeter netmeter; fi
