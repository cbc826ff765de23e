#compdef netmeter
# zsh completion of netmeter: netmeter --completion zsh >"${fpath[1]}/_netmeter"
_netmeter() {
  local curcontext=$curcontext context state state_descr line
  local -A opt_args
  _arguments -S -A '-*' \
    '--max-in=[Most bytes that may come in]:SIZE: ' \
    '--max-out=[Most bytes that may go out]:SIZE: ' \
    '--max-total=[Most bytes in both directions]:SIZE: ' \
    '--kill[End the command as soon as a sample shows the breach]' \
    '--enforce[Have the kernel refuse all that is beyond the limits, and end the command]' \
    '--budget-exit-code=[Exit code of a broken budget (default 120)]:N: ' \
    '*--report=[Write a report: .json or .txt; - is JSON on stdout]:FILE:_files' \
    '*--by=[Tables of the summary: process, remote (both by default) or none]:WHAT:(process remote none)' \
    '--redact[Hide arguments and host names in the summary and the reports]' \
    '(--quiet -q)--quiet[No summary; only errors and broken budgets]' \
    '(--quiet -q)-q[No summary; only errors and broken budgets]' \
    '--isolation=[auto (the most exact that works), veth, user-mode, host, join or offline]:KIND:(auto veth user-mode host join offline)' \
    '--netns=[Join a network namespace that is there: a name of ip netns, or a path]:NAME: ' \
    '--baseline-idle=[Watch a shared namespace this long before and after (default 1s)]:TIME: ' \
    '*--host-port=[Offer a loopback port of the host at 127.0.0.1 inside: 5432, 8000-8010, 53/udp]:PORT: ' \
    '*--publish=[Lead \[ADDR:\]HOST:INNER\[/udp\] of this machine to a port of the command]:PORTS: ' \
    '*-p[Lead \[ADDR:\]HOST:INNER\[/udp\] of this machine to a port of the command]:PORTS: ' \
    '--rate-limit=[Let no more pass a second, each way: 10MB/s]:RATE: ' \
    '*--allow=[Let the command reach this alone: a name, *.name, address or network (CIDR)]:DEST: ' \
    '*--deny=[Refuse the command this, even if it is allowed]:DEST: ' \
    '--user=[Run as NAME|UID\[:GID\]; under sudo, the caller by default]:NAME: ' \
    '--wait=[Wait for all descendants (tree, default), or end what outlives the command]:WHAT:(tree command)' \
    '--grace=[Between SIGTERM and SIGKILL (default 5s)]:TIME: ' \
    '--linger=[Wait this long for bytes in flight (default 2s)]:TIME: ' \
    '--interval=[Distance of the samples (default 1s)]:TIME: ' \
    '--completion=[Print a completion script]:SHELL:(bash zsh fish)' \
    '(--help -h)--help[Show this help]' \
    '(--help -h)-h[Show this help]' \
    '(--version -V)--version[Show the version]' \
    '(--version -V)-V[Show the version]' \
    '(-):command: _command_names -e' \
    '*::arguments: _netmeter_arguments'
}
# Directly behind netmeter, zsh takes `--` for the command; behind an option it does not.
_netmeter_arguments() {
  if [[ $words[1] == -- ]]; then shift words; ((CURRENT--)); fi
  _normal
}
# Loaded from fpath this file is the function's body; evaluated, it only defines it.
if [[ $funcstack[1] == _netmeter ]]; then _netmeter "$@"; else compdef _netmeter netmeter; fi
